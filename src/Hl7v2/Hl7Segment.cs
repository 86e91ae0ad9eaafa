using System.Text;

namespace Hl7v2;

/// <summary>One segment: its name and its fields. A view into the message's text; reading allocates nothing.</summary>
/// <remarks>HL7 v2.5.1 §2.5.2. The default value is an absent segment: no name, and all of its fields are absent.</remarks>
public readonly ref struct Hl7Segment
{
    private readonly Hl7Delimiters _delimiters;
    private readonly Encoding? _charset;

    internal Hl7Segment(ReadOnlySpan<char> text, Hl7Delimiters delimiters, Encoding? charset)
    {
        Text = text;
        _delimiters = delimiters;
        _charset = charset;
    }

    /// <summary>The message has no such segment.</summary>
    public bool IsAbsent => Text.IsEmpty;

    /// <summary>The segment as sent, without the CR that ends it; empty if absent.</summary>
    public ReadOnlySpan<char> Text { get; }

    /// <summary>What stands before the first field separator, three characters in a sound message; empty if absent.</summary>
    public ReadOnlySpan<char> Name
    {
        get
        {
            var end = Text.IndexOf(_delimiters.Field);
            return end < 0 ? Text : Text[..end];
        }
    }

    /// <summary>The number of the last field sent, empty or not; 0 if the segment has only a name.</summary>
    public int FieldCount
    {
        get
        {
            var separators = Text.Count(_delimiters.Field);
            return IsHeader ? separators + 1 : separators;
        }
    }

    /// <summary>
    /// A field by its number in the standard, from 1; absent past the last one. In MSH, field 1 is the separator itself and
    /// field 2 the encoding characters, both taken as they are.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public Hl7Field this[int number]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
            return IsHeader ? HeaderField(number) : FieldAt(number + 1);
        }
    }

    private bool IsHeader => Text is ['M', 'S', 'H', var separator, ..] && separator == _delimiters.Field;

    /// <summary>Whether the segment has exactly this name; an absent one has none.</summary>
    public bool Is(ReadOnlySpan<char> name) =>
        !IsAbsent
        && Text.StartsWith(name, StringComparison.Ordinal)
        && (Text.Length == name.Length || Text[name.Length] == _delimiters.Field);

    /// <summary>The segment as sent.</summary>
    public override string ToString() => Text.ToString();

    // MSH-1 is the character that separates the name from MSH-2, so every later field stands one part further left.
    private Hl7Field HeaderField(int number) => number switch
    {
        1 => new Hl7Field(Text.Slice(3, 1), default, _charset),
        2 => new Hl7Field(Hl7Field.Part(Text, _delimiters.Field, number), default, _charset),
        _ => FieldAt(number),
    };

    private Hl7Field FieldAt(int part) => new(Hl7Field.Part(Text, _delimiters.Field, part), _delimiters, _charset);
}
