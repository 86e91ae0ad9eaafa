using System.Text;

namespace Hl7v2;

/// <summary>Text as people read it ⇄ text as it stands in a field. HL7 v2.5.1 §2.7.</summary>
public static class Hl7Text
{
    /// <summary>
    /// Escapes what would be read as a delimiter, as the end of a segment or as null. <see cref="Unescape(ReadOnlySpan{char}, Hl7Delimiters)"/> gives the same text
    /// back, unless it holds NUL characters or unpaired surrogates.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="delimiters">
    /// The delimiters of the message. Without an escape character nothing can be escaped: blanks are written instead.
    /// </param>
    public static string Escape(string text, Hl7Delimiters delimiters)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is "\"\"")
        {
            return delimiters.Escape == '\0' ? " " : $"{delimiters.Escape}X2222{delimiters.Escape}";
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            var sequence = Sequence(character, delimiters);
            if (sequence is null)
            {
                escaped.Append(character);
            }
            else if (delimiters.Escape == '\0')
            {
                escaped.Append(' ');
            }
            else
            {
                escaped.Append(delimiters.Escape).Append(sequence).Append(delimiters.Escape);
            }
        }

        return escaped.ToString();
    }

    /// <summary>Resolves escape sequences once, with UTF-8 for <c>\X..\</c>; what is not known stays as sent.</summary>
    /// <remarks><see cref="Hl7Field.ToText(ref List{string}?)"/> does the same for a field, in the character set of its message.</remarks>
    /// <param name="text">The text of one component or subcomponent.</param>
    /// <param name="delimiters">The delimiters of the message.</param>
    public static string Unescape(ReadOnlySpan<char> text, Hl7Delimiters delimiters)
    {
        List<string>? ignored = null;
        return Unescape(text, delimiters, Hl7Charset.Utf8, ref ignored);
    }

    internal static string Unescape(
        ReadOnlySpan<char> text, Hl7Delimiters delimiters, Encoding? charset, ref List<string>? unknownSequences)
    {
        if (delimiters.Escape == '\0' || !text.Contains(delimiters.Escape))
        {
            return text.ToString();
        }

        var unescaper = new Hl7Unescaper(delimiters, charset ?? Hl7Charset.Utf8, text.Length);
        unescaper.Resolve(text);
        unescaper.AddUnknownTo(ref unknownSequences);
        return unescaper.ToString();
    }

    private static string? Sequence(char character, Hl7Delimiters delimiters) => character switch
    {
        '\r' => "X0D",
        '\n' => "X0A",
        '\0' => null, // as a delimiter it means "not used"
        _ when character == delimiters.Field => "F",
        _ when character == delimiters.Component => "S",
        _ when character == delimiters.Repetition => "R",
        _ when character == delimiters.Escape => "E",
        _ when character == delimiters.Subcomponent => "T",
        _ => null,
    };
}
