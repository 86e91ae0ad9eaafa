using System.Text;

namespace Hl7v2;

/// <summary>Builds a message: acknowledgements, and messages for tests. HL7 v2.5.1 §2.5, §2.6.</summary>
/// <remarks>
/// Fields may be set in any order and again; trailing fields that are empty are not written. Every segment ends with CR.
/// <code>
/// new Hl7Writer(delimiters, charset)
///     .Segment("MSH").Field(3, "WORKER").Component(9, 1, "ACK")
///     .Segment("MSA").Field(1, "AA").Field(2, controlId)
///     .ToBytes();
/// </code>
/// </remarks>
/// <param name="delimiters">The delimiters; MSH-1 and MSH-2 are written from them.</param>
/// <param name="charset">The character set for <see cref="ToBytes"/>. MSH-18 is the caller's to set.</param>
public sealed class Hl7Writer(Hl7Delimiters delimiters, Encoding charset)
{
    private readonly List<Hl7SegmentDraft> _segments = [];

    /// <summary>Begins a segment; what follows goes into it.</summary>
    /// <param name="name">The name: three capital letters or digits. The first segment of a message is <c>MSH</c>.</param>
    public Hl7Writer Segment(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _segments.Add(new Hl7SegmentDraft(name, delimiters));
        return this;
    }

    /// <summary>Sets a field to a text, which is escaped. Null and empty text make it absent.</summary>
    /// <param name="number">The number of the field in the standard, from 1; in MSH from 3.</param>
    /// <param name="text">The text.</param>
    public Hl7Writer Field(int number, string? text) => RawField(number, Hl7Text.Escape(text ?? string.Empty, delimiters));

    /// <summary>Sets a field to text that is already escaped, for example one copied from a message with the same delimiters.</summary>
    /// <param name="number">The number of the field in the standard, from 1; in MSH from 3.</param>
    /// <param name="raw">The text with its delimiters. It must hold no field separator and no CR.</param>
    public Hl7Writer RawField(int number, ReadOnlySpan<char> raw)
    {
        Current.SetField(number, raw.ToString());
        return this;
    }

    /// <summary>Sets one component of a field to a text, which is escaped; the other components of the field stay.</summary>
    /// <param name="number">The number of the field in the standard, from 1; in MSH from 3.</param>
    /// <param name="component">The number of the component, from 1. Only 1 if the delimiters have no component separator.</param>
    /// <param name="text">The text; null and empty text make the component absent.</param>
    public Hl7Writer Component(int number, int component, string? text)
    {
        Current.SetComponent(number, component, Hl7Text.Escape(text ?? string.Empty, delimiters));
        return this;
    }

    /// <summary>
    /// The message in its character set, without framing. A character that the set does not have becomes <c>?</c>: escaping its
    /// bytes would need a set that has it, and an acknowledgement that is readable but for one character is better than none.
    /// </summary>
    public byte[] ToBytes()
    {
        var writer = (Encoding)charset.Clone();
        writer.EncoderFallback = new EncoderReplacementFallback("?");
        return writer.GetBytes(ToString());
    }

    /// <summary>The text of the message: every segment with the CR that ends it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var segment in _segments)
        {
            segment.AppendTo(text);
            text.Append('\r');
        }

        return text.ToString();
    }

    private Hl7SegmentDraft Current =>
        _segments.Count > 0 ? _segments[^1] : throw new InvalidOperationException("Begin a segment before its fields.");
}
