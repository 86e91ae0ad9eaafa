using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>What the free map of a study can hold. docs/mapping.md §3.7, §3.8.</summary>
internal static class MetadataLimits
{
    public const int PairsMax = 50;
    public const int KeyLengthMax = 100;

    /// <summary>In UTF-16 units, as the study API counts.</summary>
    public const int ValueLengthMax = 1000;

    public const int DescriptionLengthMax = 1000;

    /// <summary>Keys that name the study elsewhere: no null deletes them, no event shows them.</summary>
    public static bool IsIdentityKey(string key) => key is "ris.accessionNumber" or "ris.requestedProcedureId";

    /// <summary>Values that must not be cut: half an identifier is another identifier.</summary>
    public static bool IsIdentifier(string key) =>
        IsIdentityKey(key) || key is "fhir.id" or "patient.id" or "visit.number" or "ris.placerOrderNumber" or "ris.fillerOrderNumber"
            or "ris.procedureCode" or "ris.stationAeTitle";

    /// <summary>The values of these keys are withheld in events.</summary>
    public static bool IsRedacted(string key) => IsIdentityKey(key) || key.StartsWith("patient.", StringComparison.Ordinal)
        || key is "visit.number" or "ris.placerOrderNumber" or "ris.fillerOrderNumber" or "ris.orderingProvider";

    /// <summary>The value as it can be stored: whole, cut, or null when an identifier is too long.</summary>
    public static string? Fit(string key, string value, List<Notice> warnings)
    {
        if (value.Length <= ValueLengthMax)
        {
            return value;
        }

        if (IsIdentifier(key))
        {
            warnings.Add(Notice.Of(Codes.IdentifierTooLong, "field", key));
            return null;
        }

        warnings.Add(Notice.Of(Codes.ValueCut, "field", key));
        return Cut(value, ValueLengthMax - 1) + "…";
    }

    /// <summary>The description as it can be stored.</summary>
    public static string FitDescription(string value, List<Notice> warnings)
    {
        if (value.Length <= DescriptionLengthMax)
        {
            return value;
        }

        warnings.Add(Notice.Of(Codes.DescriptionCut));
        return Cut(value, DescriptionLengthMax);
    }

    /// <summary>The first <paramref name="length"/> units; one less where the cut would split a surrogate pair.</summary>
    private static string Cut(string value, int length) =>
        value[..(char.IsHighSurrogate(value[length - 1]) ? length - 1 : length)];
}
