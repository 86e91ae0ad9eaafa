namespace Hl7v2;

/// <summary>MSH-1 and MSH-2 → delimiters, with the two damages that real senders do to MSH-2 repaired.</summary>
internal static class Hl7DelimiterReader
{
    // Four delimiters and the truncation character of v2.7 (§2.5.5.2). Anything longer is not MSH-2 but its neighbours.
    private const int EncodingCharactersMax = 5;

    private const int Msh1 = 3;
    private const int Msh2 = 4;

    public static bool TryRead(ReadOnlySpan<char> header, out Hl7Delimiters delimiters)
    {
        delimiters = default;
        if (header.Length <= Msh1 || !IsDelimiter(header[Msh1]))
        {
            return false;
        }

        var encodingCharacters = EncodingCharacters(header);
        if (encodingCharacters.Length is 0 or > EncodingCharactersMax || !AreDelimiters(encodingCharacters))
        {
            return false;
        }

        var read = Assign(header[Msh1], encodingCharacters);
        if (!AreDistinct(read))
        {
            return false;
        }

        delimiters = read;
        return true;
    }

    private static ReadOnlySpan<char> EncodingCharacters(ReadOnlySpan<char> header)
    {
        var rest = header[Msh2..Math.Min(header.Length, Msh2 + EncodingCharactersMax + 1)];
        var end = rest.IndexOfAny(header[Msh1], '\r', '\n');
        return end < 0 ? rest : rest[..end];
    }

    private static Hl7Delimiters Assign(char field, ReadOnlySpan<char> sent)
    {
        // A sender that writes its own escape character the way a programming language does: ^~\\& for ^~\&.
        if (sent.Length == EncodingCharactersMax && sent[2] == sent[3])
        {
            return new Hl7Delimiters(field, sent[0], sent[1], sent[2], sent[4]);
        }

        // Exactly three characters that end with & are the usual four with one lost on the way, most often the backslash
        // of ^~\& in a string literal. By position & would be the escape character, and every "A & B & C" in the text
        // would be taken for an escape sequence; as the subcomponent separator it means what the sender meant.
        if (sent.Length == 3 && sent[2] == '&')
        {
            return sent[1] == '\\'
                ? new Hl7Delimiters(field, sent[0], '\0', sent[1], sent[2])
                : new Hl7Delimiters(field, sent[0], sent[1], '\0', sent[2]);
        }

        return new Hl7Delimiters(field, sent[0], At(sent, 1), At(sent, 2), At(sent, 3));
    }

    private static char At(ReadOnlySpan<char> sent, int index) => index < sent.Length ? sent[index] : '\0';

    private static bool AreDistinct(Hl7Delimiters read)
    {
        ReadOnlySpan<char> used = [read.Field, read.Component, read.Repetition, read.Escape, read.Subcomponent];
        for (var i = 0; i < used.Length; i++)
        {
            if (used[i] != '\0' && used[(i + 1)..].Contains(used[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreDelimiters(ReadOnlySpan<char> sent)
    {
        foreach (var character in sent)
        {
            if (!IsDelimiter(character))
            {
                return false;
            }
        }

        return true;
    }

    // The standard asks for printable ASCII that is no letter and no digit; a blank would tear every text apart.
    private static bool IsDelimiter(char character) =>
        character is > ' ' and < '\u007f' && !char.IsAsciiLetterOrDigit(character);
}
