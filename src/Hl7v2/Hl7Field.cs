using System.Text;

namespace Hl7v2;

/// <summary>
/// A field, or one repetition, component or subcomponent of it: all four have the same three states, absent, null and value.
/// A view into the message's text; reading allocates nothing until <see cref="ToText()"/>.
/// </summary>
/// <remarks>HL7 v2.5.1 §2.5.3. The default value is absent.</remarks>
public readonly ref struct Hl7Field
{
    private readonly ReadOnlySpan<char> _text;
    private readonly Hl7Delimiters _delimiters;
    private readonly Encoding? _charset;

    /// <summary>A field with this text, as it would stand between two field separators of a UTF-8 message.</summary>
    /// <param name="text">The text as sent: escaped, with delimiters. Without NUL characters and unpaired surrogates.</param>
    /// <param name="delimiters">The delimiters of the message.</param>
    public Hl7Field(ReadOnlySpan<char> text, Hl7Delimiters delimiters)
        : this(text, delimiters, charset: null)
    {
    }

    // A null charset is UTF-8: the default value of this type has no other.
    internal Hl7Field(ReadOnlySpan<char> text, Hl7Delimiters delimiters, Encoding? charset)
    {
        _text = text;
        _delimiters = delimiters;
        _charset = charset;
    }

    /// <summary>Nothing was sent: the reader keeps what it has.</summary>
    public bool IsAbsent => _text.IsEmpty;

    /// <summary>Two double quotes were sent: the stored value is to be cleared. HL7 v2.5.1 §2.5.3.</summary>
    public bool IsNull => _text is "\"\"";

    /// <summary>Something was sent that is not null. A composite of delimiters only (<c>^^^</c>) counts; its components are absent.</summary>
    public bool HasValue => !IsAbsent && !IsNull;

    /// <summary>The text as sent: still escaped, with all its delimiters.</summary>
    public ReadOnlySpan<char> Raw => _text;

    /// <summary>More than one repetition was sent.</summary>
    public bool HasRepetitions => Contains(_delimiters.Repetition);

    /// <summary>A component separator was sent, in any repetition.</summary>
    public bool HasComponents => Contains(_delimiters.Component);

    /// <summary>A subcomponent separator was sent, in any component.</summary>
    public bool HasSubcomponents => Contains(_delimiters.Subcomponent);

    /// <summary>All repetitions in the order sent, absent ones between separators included; none if the field is absent.</summary>
    public Hl7Repetitions Repetitions => new(_text, _delimiters, _charset);

    /// <summary>One repetition, from 1; absent past the last one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public Hl7Field Repetition(int number) => With(Part(_text, _delimiters.Repetition, number));

    /// <summary>One component of the first repetition, from 1; absent past the last one. HL7 v2.5.1 §2.5.4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public Hl7Field Component(int number) =>
        With(Part(Part(_text, _delimiters.Repetition, 1), _delimiters.Component, number));

    /// <summary>One subcomponent, from 1, of the first component of the first repetition; absent past the last one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public Hl7Field Subcomponent(int number) => With(Part(Component(1)._text, _delimiters.Subcomponent, number));

    /// <summary>Whether the text as sent is exactly this; escape sequences are not resolved.</summary>
    public bool Is(ReadOnlySpan<char> raw) => _text.SequenceEqual(raw);

    /// <summary>The text with its escape sequences resolved once; empty if absent or null.</summary>
    /// <remarks>See <see cref="ToText(ref List{string}?)"/>.</remarks>
    public string ToText()
    {
        List<string>? ignored = null;
        return ToText(ref ignored);
    }

    /// <summary>
    /// The text with its escape sequences resolved once; empty if absent or null. Delimiters that are still in it stay: read the
    /// component first. HL7 v2.5.1 §2.7.
    /// </summary>
    /// <param name="unknownSequences">
    /// Sequences that are not known, kept as sent in the text, are appended here, each once; the list is made when it is first
    /// needed. Only their kind is named (<c>\Z9\</c>, <c>\X..\</c>), so that the list can be logged: never content.
    /// </param>
    public string ToText(ref List<string>? unknownSequences) =>
        HasValue ? Hl7Text.Unescape(_text, _delimiters, _charset, ref unknownSequences) : string.Empty;

    /// <summary>The text as sent, see <see cref="Raw"/>.</summary>
    public override string ToString() => _text.ToString();

    // Walks instead of splitting into a buffer: a buffer needs a size, and a size quietly loses
    // the tail of a message that is longer than its author imagined.
    private static ReadOnlySpan<char> Part(ReadOnlySpan<char> text, char delimiter, int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        if (delimiter == '\0')
        {
            return number == 1 ? text : default;
        }

        // What is passed over is mostly empty or short: a plain loop is done before a search for each delimiter has begun.
        var start = 0;
        for (; number > 1 && start < text.Length; start++)
        {
            if (text[start] == delimiter)
            {
                number--;
            }
        }

        if (number > 1)
        {
            return default;
        }

        var part = text[start..];
        var end = part.IndexOf(delimiter);
        return end < 0 ? part : part[..end];
    }

    private bool Contains(char delimiter) => delimiter != '\0' && _text.Contains(delimiter);

    private Hl7Field With(ReadOnlySpan<char> part) => new(part, _delimiters, _charset);
}
