using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hl7v2;

/// <summary>One message: its decoded text and where its segments and fields are. Immutable.</summary>
/// <remarks>HL7 v2.5.1 §2.5. CR ends a segment; LF and CRLF are accepted, lines of blanks are no segments.</remarks>
public sealed class Hl7Message
{
    private readonly Place[] _segments;

    // Where the field separators stand in their segment, segment after segment.
    private readonly int[] _separators;

    private Hl7Message(string text, Encoding charset, Hl7Delimiters delimiters, Place[] segments, int[] separators)
    {
        Text = text;
        Charset = charset;
        Delimiters = delimiters;
        _segments = segments;
        _separators = separators;
    }

    /// <summary>The text as it was decoded, without framing; never with NUL characters or unpaired surrogates.</summary>
    public string Text { get; }

    /// <summary>The delimiters of this message, from MSH-1 and MSH-2.</summary>
    public Hl7Delimiters Delimiters { get; }

    /// <summary>The character set the message came in: for <c>\X..\</c> sequences, and for what is sent back.</summary>
    public Encoding Charset { get; }

    /// <summary>The number of segments, at least 1: MSH is the first.</summary>
    public int Count => _segments.Length;

    /// <summary>The segment at a position. Unlike fields, segments have no numbers in the standard: MSH is at 0.</summary>
    /// <exception cref="IndexOutOfRangeException">The index is not between 0 and <see cref="Count"/>, exclusive.</exception>
    public Hl7Segment this[int index]
    {
        get
        {
            ref readonly var place = ref _segments[index];
            return new Hl7Segment(
                Text.AsSpan(place.Start, place.Length), _separators.AsSpan(place.FirstSeparator, place.Separators), Delimiters, Charset);
        }
    }

    /// <summary>
    /// Makes a message of decoded text. False, with the reason in <paramref name="fault"/>, if it does not start with a usable
    /// MSH, holds a second message, or holds NUL characters or unpaired surrogates.
    /// </summary>
    /// <param name="text">The text; framing and blank lines around it are allowed.</param>
    /// <param name="charset">The character set it was decoded from.</param>
    /// <param name="message">The message, or null.</param>
    /// <param name="fault">Why there is no message, or <see cref="Hl7ReadFault.None"/>.</param>
    public static bool TryParse(string text, Encoding charset, [NotNullWhen(true)] out Hl7Message? message, out Hl7ReadFault fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(charset);

        var framed = Hl7Framing.Strip(text.AsSpan());
        fault = Hl7Framing.Check(framed);
        if (fault != Hl7ReadFault.None)
        {
            message = null;
            return false;
        }

        message = Parse(framed.Length == text.Length ? text : framed.ToString(), StrictDecoding.Of(charset), out fault);
        if (message is not null && !StrictDecoding.IsText(message.Text))
        {
            message = null;
            fault = Hl7ReadFault.CharacterSet;
        }

        return message is not null;
    }

    /// <summary>The position of the first segment with this name at or after <paramref name="from"/>; -1 if there is none.</summary>
    /// <param name="name">The name, for example <c>OBR</c>; compared exactly.</param>
    /// <param name="from">The position to start at; at or past <see cref="Count"/> nothing is found.</param>
    public int IndexOf(ReadOnlySpan<char> name, int from = 0)
    {
        for (var index = Math.Max(from, 0); index < _segments.Length; index++)
        {
            if (this[index].Is(name))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>The first segment with this name; an absent segment, all of whose fields are absent, if there is none.</summary>
    /// <param name="name">The name, for example <c>PV1</c>; compared exactly.</param>
    public Hl7Segment Find(ReadOnlySpan<char> name)
    {
        var index = IndexOf(name);
        return index < 0 ? default : this[index];
    }

    // The text starts with MSH, and holds neither NUL characters nor unpaired surrogates.
    internal static Hl7Message? Parse(string text, Encoding charset, out Hl7ReadFault fault)
    {
        if (!Hl7Delimiters.TryRead(text, out var delimiters))
        {
            fault = Hl7ReadFault.Delimiters;
            return null;
        }

        var message = Index(text, charset, delimiters);
        fault = message.IndexOf("MSH", from: 1) < 0 ? Hl7ReadFault.None : Hl7ReadFault.Batch;
        return fault == Hl7ReadFault.None ? message : null;
    }

    // Once for all fields: rules read some sixty of them, and each would pass over those before it.
    private static Hl7Message Index(string text, Encoding charset, Hl7Delimiters delimiters)
    {
        var ranges = Hl7Framing.Segments(text);
        var segments = new Place[ranges.Count];
        var separators = new int[text.AsSpan().Count(delimiters.Field)];
        var count = 0;

        for (var index = 0; index < segments.Length; index++)
        {
            var (start, length) = ranges[index].GetOffsetAndLength(text.Length);
            var first = count;
            var segment = text.AsSpan(start, length);

            for (var at = 0; at < segment.Length; at++)
            {
                if (segment[at] == delimiters.Field)
                {
                    separators[count++] = at;
                }
            }

            segments[index] = new Place(start, length, first, count - first);
        }

        return new Hl7Message(text, charset, delimiters, segments, separators);
    }

    private readonly record struct Place(int Start, int Length, int FirstSeparator, int Separators);
}
