using System.Text;

namespace Hl7v2;

/// <summary>One segment: its name and its fields. A view into the message's text; reading allocates nothing, and no field is looked for.</summary>
/// <remarks>HL7 v2.5.1 §2.5.2. The default value is an absent segment: no name, and all of its fields are absent.</remarks>
public readonly ref struct Hl7Segment
{
    private readonly ReadOnlySpan<int> _separators;
    private readonly Hl7Delimiters _delimiters;
    private readonly Encoding? _charset;

    // The separators are where the field separators stand in the text, all of them.
    internal Hl7Segment(ReadOnlySpan<char> text, ReadOnlySpan<int> separators, Hl7Delimiters delimiters, Encoding? charset)
    {
        Text = text;
        _separators = separators;
        _delimiters = delimiters;
        _charset = charset;
    }

    /// <summary>The message has no such segment.</summary>
    public bool IsAbsent => Text.IsEmpty;

    /// <summary>The segment as sent, without the CR that ends it; empty if absent.</summary>
    public ReadOnlySpan<char> Text { get; }

    /// <summary>What stands before the first field separator, three characters in a sound message; empty if absent.</summary>
    public ReadOnlySpan<char> Name => Part(1);

    /// <summary>The number of the last field sent, empty or not; 0 if the segment has only a name.</summary>
    public int FieldCount => IsHeader ? _separators.Length + 1 : _separators.Length;

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
        && (_separators.IsEmpty ? Text.Length : _separators[0]) == name.Length;

    /// <summary>The segment as sent.</summary>
    public override string ToString() => Text.ToString();

    // MSH-1 is the character that separates the name from MSH-2, so every later field stands one part further left.
    private Hl7Field HeaderField(int number) => number switch
    {
        1 => new Hl7Field(Text.Slice(3, 1), default, _charset),
        2 => new Hl7Field(Part(number), default, _charset),
        _ => FieldAt(number),
    };

    private Hl7Field FieldAt(int part) => new(Part(part), _delimiters, _charset);

    // What stands between two separators, from 1: the name. Empty past the last one.
    private ReadOnlySpan<char> Part(int number)
    {
        if (number > _separators.Length + 1)
        {
            return default;
        }

        var start = number == 1 ? 0 : _separators[number - 2] + 1;
        var end = number > _separators.Length ? Text.Length : _separators[number - 1];

        return Text[start..end];
    }
}
