using System.Text;

namespace Hl7v2;

/// <summary>Walks the repetitions of a field with <c>foreach</c>, without allocating. HL7 v2.5.1 §2.5.4.</summary>
public ref struct Hl7Repetitions
{
    private readonly Hl7Delimiters _delimiters;
    private readonly Encoding? _charset;
    private ReadOnlySpan<char> _rest;
    private bool _isAtEnd;

    internal Hl7Repetitions(ReadOnlySpan<char> text, Hl7Delimiters delimiters, Encoding? charset)
    {
        _rest = text;
        _delimiters = delimiters;
        _charset = charset;
        _isAtEnd = text.IsEmpty;
    }

    /// <summary>The repetition reached last; absent before the first <see cref="MoveNext"/>.</summary>
    public Hl7Field Current { get; private set; }

    /// <summary>This walk itself, so that <c>foreach</c> takes it.</summary>
    public readonly Hl7Repetitions GetEnumerator() => this;

    /// <summary>Goes to the next repetition; false if there is none.</summary>
    public bool MoveNext()
    {
        if (_isAtEnd)
        {
            return false;
        }

        var end = _delimiters.Repetition == '\0' ? -1 : _rest.IndexOf(_delimiters.Repetition);
        _isAtEnd = end < 0;
        Current = new Hl7Field(_isAtEnd ? _rest : _rest[..end], _delimiters, _charset);
        _rest = _isAtEnd ? default : _rest[(end + 1)..];
        return true;
    }
}
