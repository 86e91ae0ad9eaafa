using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Hl7v2;

namespace IntegrationWorker.DeadLetters.Editing;

/// <summary>Sets whole fields of an HL7 v2 message: <c>OBR-18=ACC1</c>, <c>OBR[2]-4=…</c>. All else stays as it was sent. Pure.</summary>
internal static partial class FieldEdit
{
    [GeneratedRegex(@"^([A-Z][A-Z0-9]{2})(?:\[([1-9][0-9]?)\])?-([1-9][0-9]{0,2})=(.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    /// <summary>The edited message; null with a reason when it cannot be done.</summary>
    public static (byte[]? Body, string? Fault) Apply(ReadOnlySpan<byte> body, IReadOnlyList<string> assignments)
    {
        if (Hl7Decoder.Decode(body, null).Message is not { } message)
        {
            return (null, "Fields can be set in a readable HL7 v2 message only. Edit the whole body.");
        }

        var segments = message.Text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

        foreach (var assignment in assignments)
        {
            if (Assignment().Match(assignment) is not { Success: true } match)
            {
                return (null, $"'{assignment.Split('=')[0]}' is no field. Write OBR-18=VALUE, or OBR[2]-18=VALUE for the second OBR.");
            }

            var (name, field) = (match.Groups[1].Value, int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
            var number = match.Groups[2].Success ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : 1;

            if (name == "MSH" && field <= 2)
            {
                return (null, "MSH-1 and MSH-2 are the delimiters of the message. Edit the whole body.");
            }

            if (IndexOf(segments, $"{name}{message.Delimiters.Field}", number) is not (>= 0 and var at))
            {
                return (null, $"There is no {(number == 1 ? name : $"{name} number {number}")} in the message.");
            }

            segments[at] = Set(segments[at], message.Delimiters.Field, name == "MSH" ? field - 1 : field, match.Groups[4].Value);
        }

        var text = string.Join('\r', segments) + "\r";

        return TryEncode(text, message.Charset) is { } edited
            ? (edited, null)
            : (null, "The character set of the message does not have all of these characters.");
    }

    // What would not come back as it was is refused, whatever the encoding does with it.
    private static byte[]? TryEncode(string text, Encoding charset)
    {
        try
        {
            var bytes = charset.GetBytes(text);
            return charset.GetString(bytes) == text ? bytes : null;
        }
        catch (ArgumentException)
        {
            return null; // Encoder fallbacks are of this kind.
        }
    }

    private static int IndexOf(string[] segments, string start, int number)
    {
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i].StartsWith(start, StringComparison.Ordinal) && --number == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static string Set(string segment, char separator, int place, string value)
    {
        List<string> parts = [.. segment.Split(separator)];

        while (parts.Count <= place)
        {
            parts.Add("");
        }

        parts[place] = value;
        return string.Join(separator, parts);
    }
}
