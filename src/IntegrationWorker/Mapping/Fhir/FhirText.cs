using System.Globalization;
using System.Text;
using Hl7.Fhir.Model;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>Texts of FHIR elements as they were sent.</summary>
internal static class FhirText
{
    public const int CharactersMax = 1000;

    /// <summary>The value of a primitive as text, valid or not; null when there is none.</summary>
    /// <remarks>The typed properties refuse what is not valid; a rule has to see what was sent.</remarks>
    public static string? Raw(this PrimitiveType? element) => element?.JsonValue switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The value without control characters and blanks around it; null when nothing is left.</summary>
    public static string? Clean(this PrimitiveType? element) => Clean(element.Raw());

    /// <summary>Control characters and line breaks become one space, the ends are trimmed; null when nothing is left.</summary>
    public static string? Clean(string? text)
    {
        text = text?.Trim();

        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (!text.Any(IsBreak))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        var inBreak = false;

        foreach (var character in text)
        {
            var isBreak = IsBreak(character);

            if (!isBreak)
            {
                clean.Append(character);
            }
            else if (!inBreak)
            {
                clean.Append(' ');
            }

            inBreak = isBreak;
        }

        return clean.ToString().Trim() is { Length: > 0 } rest ? rest : null;
    }

    /// <summary>The first 999 units and an ellipsis; a surrogate pair is never split.</summary>
    public static string Cut(string text)
    {
        var end = CharactersMax - 1;

        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }

    /// <summary>The element says that its value is unknown.</summary>
    public static bool IsUnknown(this Element? element) =>
        element is not null && element.Extension.Exists(extension => extension?.Url == FhirNames.DataAbsentReason);

    private static bool IsBreak(char character) => char.IsControl(character) || character is '\u2028' or '\u2029';
}
