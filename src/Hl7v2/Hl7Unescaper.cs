using System.Buffers;
using System.Text;

namespace Hl7v2;

/// <summary>Resolves the escape sequences of one text, once, from left to right. HL7 v2.5.1 §2.7.</summary>
internal sealed class Hl7Unescaper(Hl7Delimiters delimiters, Encoding charset, int capacity)
{
    // A warning names kinds of sequences, not occurrences. A text with more kinds than this is not escaped text at all.
    private const int UnknownMax = 16;

    private readonly StringBuilder _text = new(capacity);
    private List<string>? _unknown;

    public void Resolve(ReadOnlySpan<char> rest)
    {
        while (true)
        {
            var open = rest.IndexOf(delimiters.Escape);
            _text.Append(open < 0 ? rest : rest[..open]);
            if (open < 0)
            {
                return;
            }

            rest = rest[open..];
            rest = rest[ResolveNext(rest)..];
        }
    }

    /// <summary>Adds the kinds of sequences that were kept as sent, each once.</summary>
    public void AddUnknownTo(ref List<string>? unknownSequences)
    {
        foreach (var sequence in _unknown ?? [])
        {
            unknownSequences ??= [];
            if (!unknownSequences.Contains(sequence))
            {
                unknownSequences.Add(sequence);
            }
        }
    }

    public override string ToString() => _text.ToString();

    /// <summary>Takes the sequence, or the single escape character, that the rest begins with; returns its length.</summary>
    private int ResolveNext(ReadOnlySpan<char> rest)
    {
        var body = Hl7EscapeSequence.Body(rest, delimiters.Escape);
        if (rest.Length == body.Length + 1)
        {
            return KeepCharacter();
        }

        if (Hl7EscapeSequence.IsHex(body))
        {
            return ResolveHex(rest);
        }

        if (Hl7EscapeSequence.TryResolve(body, delimiters, out var character))
        {
            if (character != '\0')
            {
                _text.Append(character);
            }

            return body.Length + 2;
        }

        // "5\ 6\T\7": no sequence holds blanks, so the first one has no partner and the second one begins a sequence.
        return body.ContainsAny(" \t") ? KeepCharacter() : Keep(rest[..(body.Length + 2)]);
    }

    // The bytes of one character may be spread over sequences that follow each other: they are decoded together. If that
    // does not work, one by one, so that a single bad one does not spoil the others.
    private int ResolveHex(ReadOnlySpan<char> rest)
    {
        var run = Hl7EscapeSequence.HexRunLength(rest, delimiters.Escape);
        if (TryAppendBytes(rest[..run]))
        {
            return run;
        }

        for (var sequences = rest[..run]; !sequences.IsEmpty;)
        {
            var length = Hl7EscapeSequence.Body(sequences, delimiters.Escape).Length + 2;
            if (!TryAppendBytes(sequences[..length]))
            {
                Keep(sequences[..length]);
            }

            sequences = sequences[length..];
        }

        return run;
    }

    private bool TryAppendBytes(ReadOnlySpan<char> sequences)
    {
        var rented = ArrayPool<byte>.Shared.Rent(sequences.Length / 2);
        var count = 0;
        while (!sequences.IsEmpty)
        {
            var body = Hl7EscapeSequence.Body(sequences, delimiters.Escape);
            Convert.FromHexString(body[1..], rented.AsSpan(count), out _, out var written);
            count += written;
            sequences = sequences[(body.Length + 2)..];
        }

        var decodes = StrictDecoding.TryDecode(rented.AsSpan(0, count), charset, out var text);
        _text.Append(text);
        ArrayPool<byte>.Shared.Return(rented);
        return decodes;
    }

    private int KeepCharacter()
    {
        _text.Append(delimiters.Escape);
        return 1;
    }

    private int Keep(ReadOnlySpan<char> sequence)
    {
        _text.Append(sequence);
        var kind = Hl7EscapeSequence.Kind(sequence);
        _unknown ??= [];
        if (_unknown.Count < UnknownMax && !_unknown.Contains(kind))
        {
            _unknown.Add(kind);
        }

        return sequence.Length;
    }
}
