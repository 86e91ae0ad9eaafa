using System.Text;

namespace Hl7v2;

/// <summary>What must be known of MSH before the body can be decoded, read from its bytes.</summary>
internal readonly struct Hl7HeaderBytes
{
    // The longest name of table 0211 has 16 characters. What is much longer is not a name, and must not reach an error text.
    private const int CharsetNameLengthMax = 40;

    private Hl7HeaderBytes(Hl7ReadFault fault, string? charset = null, bool switchesSets = false)
    {
        Fault = fault;
        Charset = charset;
        SwitchesSets = switchesSets;
    }

    /// <summary>Why the header cannot be used.</summary>
    public Hl7ReadFault Fault { get; }

    /// <summary>MSH-18, first repetition, trimmed; null if empty.</summary>
    public string? Charset { get; }

    /// <summary>MSH-20 names ISO 2022.</summary>
    public bool SwitchesSets { get; }

    public static Hl7HeaderBytes Read(ReadOnlySpan<byte> body)
    {
        // Bytes as characters of the same number: what is looked for here is ASCII, and anything else is no delimiter.
        Span<char> start = stackalloc char[16];
        start = start[..Encoding.Latin1.GetChars(body[..Math.Min(body.Length, start.Length)], start)];

        var fault = Hl7Framing.Check(start);
        if (fault != Hl7ReadFault.None)
        {
            return new Hl7HeaderBytes(fault);
        }

        if (!Hl7Delimiters.TryRead(start, out var delimiters))
        {
            return new Hl7HeaderBytes(Hl7ReadFault.Delimiters);
        }

        var end = body.IndexOfAny((byte)'\r', (byte)'\n');
        var header = end < 0 ? body : body[..end];
        var charset = FirstRepetition(Field(header, delimiters, 18), delimiters).Trim((byte)' ');
        return new Hl7HeaderBytes(Hl7ReadFault.None, Name(charset), Field(header, delimiters, 20).IndexOf("2022"u8) >= 0);
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> header, Hl7Delimiters delimiters, int number)
    {
        for (var part = 1; part < number; part++)
        {
            var end = header.IndexOf((byte)delimiters.Field);
            if (end < 0)
            {
                return default;
            }

            header = header[(end + 1)..];
        }

        var length = header.IndexOf((byte)delimiters.Field);
        return length < 0 ? header : header[..length];
    }

    private static ReadOnlySpan<byte> FirstRepetition(ReadOnlySpan<byte> field, Hl7Delimiters delimiters)
    {
        var end = delimiters.Repetition == '\0' ? -1 : field.IndexOf((byte)delimiters.Repetition);
        return end < 0 ? field : field[..end];
    }

    private static string? Name(ReadOnlySpan<byte> charset) => charset switch
    {
        [] => null,
        { Length: <= CharsetNameLengthMax } when !charset.ContainsAnyExceptInRange((byte)' ', (byte)'~') => Encoding.ASCII.GetString(charset),
        _ => "unknown",
    };
}
