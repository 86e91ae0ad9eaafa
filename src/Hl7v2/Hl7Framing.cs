namespace Hl7v2;

/// <summary>What stands around a message and between its segments, in bytes and in text.</summary>
internal static class Hl7Framing
{
    private const byte StartBlock = 0x0B; // MLLP, HL7 v2.5.1 implementation guide appendix C
    private const byte EndBlock = 0x1C;

    private static ReadOnlySpan<byte> MessageEnd => [EndBlock, (byte)'\r', (byte)'\n', 0];

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> body)
    {
        while (true)
        {
            if (body.StartsWith(ByteOrderMark))
            {
                body = body[ByteOrderMark.Length..];
            }
            else if (!body.IsEmpty && body[0] is StartBlock or (byte)'\r' or (byte)'\n' or (byte)' ' or (byte)'\t')
            {
                body = body[1..];
            }
            else
            {
                break;
            }
        }

        // Senders written in C count the terminating NUL into the message.
        return body[..(body.LastIndexOfAnyExcept(MessageEnd) + 1)];
    }

    public static ReadOnlySpan<char> Strip(ReadOnlySpan<char> text) =>
        text.TrimStart("\u000B\uFEFF\r\n \t").TrimEnd("\u001C\r\n\0");

    /// <summary>Whether stripped text starts like one message.</summary>
    public static Hl7ReadFault Check(ReadOnlySpan<char> text) => text switch
    {
        [] => Hl7ReadFault.Empty,
        ['M', 'S', 'H', ..] => Hl7ReadFault.None,
        ['F', 'H', 'S', ..] or ['B', 'H', 'S', ..] => Hl7ReadFault.Batch,
        _ => Hl7ReadFault.NotHl7,
    };

    /// <summary>Where the lines of the text are that hold more than blanks.</summary>
    public static List<Range> Segments(ReadOnlySpan<char> text)
    {
        var segments = new List<Range>(text.Count('\r') + 1);
        var start = 0;
        while (start < text.Length)
        {
            var length = text[start..].IndexOfAny('\r', '\n');
            var end = length < 0 ? text.Length : start + length;
            if (!text[start..end].IsWhiteSpace())
            {
                segments.Add(start..end);
            }

            start = end + 1;
        }

        return segments;
    }
}
