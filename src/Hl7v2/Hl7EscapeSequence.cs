using System.Buffers;

namespace Hl7v2;

/// <summary>What one escape sequence means. HL7 v2.5.1 §2.7.1 to §2.7.7.</summary>
internal static class Hl7EscapeSequence
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>What stands between the escape character that the text begins with and the next one, or the end of the text.</summary>
    public static ReadOnlySpan<char> Body(ReadOnlySpan<char> text, char escape)
    {
        var length = text[1..].IndexOf(escape);
        return length < 0 ? text[1..] : text.Slice(1, length);
    }

    /// <summary>Whether the body is <c>X</c> and whole bytes in hexadecimal digits.</summary>
    public static bool IsHex(ReadOnlySpan<char> body) =>
        body is ['X', _, _, ..]
        && body.Length % 2 == 1
        && !body[1..].ContainsAnyExcept(HexDigits);

    /// <summary>The length of the hexadecimal sequences that follow each other without a gap from the start of the text.</summary>
    public static int HexRunLength(ReadOnlySpan<char> text, char escape)
    {
        var run = 0;
        while (run < text.Length && text[run] == escape)
        {
            var body = Body(text[run..], escape);
            if (!IsHex(body) || run + body.Length + 1 == text.Length)
            {
                break;
            }

            run += body.Length + 2;
        }

        return run;
    }

    /// <summary>The character that a sequence without bytes stands for, <c>'\0'</c> if it stands for none; false if it is not known.</summary>
    public static bool TryResolve(ReadOnlySpan<char> body, Hl7Delimiters delimiters, out char character)
    {
        var usual = Hl7Delimiters.Usual;
        char? resolved = body switch
        {
            "F" => delimiters.Field,
            "E" => delimiters.Escape,

            // A message that does not use a delimiter has no need to escape it. Who does so all the same means the usual one.
            "S" => Used(delimiters.Component, usual.Component),
            "R" => Used(delimiters.Repetition, usual.Repetition),
            "T" => Used(delimiters.Subcomponent, usual.Subcomponent),
            "H" or "N" => '\0',
            ['.', var first, var second, .. var number] when IsCount(number) => Format(first, second),
            _ => null,
        };

        character = resolved ?? '\0';
        return resolved is not null;
    }

    /// <summary>The sequence without what could be content: <c>\Z9\</c> as it is, <c>\X4A6F\</c> as <c>\X..\</c>.</summary>
    public static string Kind(ReadOnlySpan<char> sequence)
    {
        var body = sequence[1..^1];
        if (IsName(body))
        {
            return sequence.ToString();
        }

        return $"{sequence[0]}{(char.IsAsciiLetterUpper(body[0]) ? body[..1] : default)}..{sequence[0]}";
    }

    // Z9, Z12, P, .xx: such a sequence names itself. Anything else may be text that stands between two stray backslashes.
    private static bool IsName(ReadOnlySpan<char> body) => body switch
    {
        [] or [not 'X'] => true,
        [not 'X', var digit] => char.IsAsciiDigit(digit),
        ['.', var first, var second] => char.IsAsciiLetterLower(first) && char.IsAsciiLetterLower(second),
        [not 'X', var first, var second] => char.IsAsciiDigit(first) && char.IsAsciiDigit(second),
        _ => false,
    };

    private static char Used(char delimiter, char usual) => delimiter == '\0' ? usual : delimiter;

    // \.br\ and the three that also end the line; the others change how a line is set, not what it says. §2.7.6
    private static char? Format(char first, char second) => (first, second) switch
    {
        ('b', 'r') or ('s', 'p') or ('s', 'k') or ('c', 'e') => '\n',
        ('i', 'n') or ('t', 'i') or ('f', 'i') or ('n', 'f') => '\0',
        _ => null,
    };

    // "2", "+4", "-2", and with a blank before it, as older versions print it.
    private static bool IsCount(ReadOnlySpan<char> number)
    {
        var digits = number.TrimStart(' ');
        if (digits is ['+' or '-', _, ..])
        {
            digits = digits[1..];
        }

        return !digits.ContainsAnyExceptInRange('0', '9');
    }
}
