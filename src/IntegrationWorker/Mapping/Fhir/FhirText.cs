using System.Globalization;
using Hl7.Fhir.Model;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>Texts of FHIR elements as they were sent.</summary>
internal static class FhirText
{
    private const int ShownMax = 100;

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
    public static string? Clean(this PrimitiveType? element) =>
        Clean(element.Raw());

    public static string? Clean(string? text) => text is not null && CleanText.Of(text) is { Length: > 0 } clean ? clean : null;

    /// <summary>As much of a value as the record of an outcome shows.</summary>
    public static string Short(string value) => value.Length <= ShownMax ? value : value[..(ShownMax - 1)] + "…";

    /// <summary>The element says that its value is unknown.</summary>
    public static bool IsUnknown(this Element? element) =>
        element is not null && element.Extension.Exists(extension => extension?.Url == FhirNames.DataAbsentReason);
}
