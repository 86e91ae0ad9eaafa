using System.Globalization;
using Hl7.Fhir.Model;
using IntegrationWorker.Decoding;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>What Resource.meta decides about a message.</summary>
/// <param name="KeyVersion">versionId, else a readable lastUpdated, for the idempotency key; null when neither was sent.</param>
/// <param name="LastUpdated">As sent, readable or not.</param>
/// <param name="Sequence">A numeric versionId.</param>
/// <param name="IsSubsetted">Only a part of the resource was sent: what is absent is unknown.</param>
/// <param name="IsTestData">Marked as health data of nobody (HTEST).</param>
internal sealed record FhirMeta(string? KeyVersion, string? LastUpdated, long? Sequence, bool IsSubsetted, bool IsTestData)
{
    /// <exception cref="Hl7.Fhir.Validation.CodedValidationException">An element that is read has the wrong shape.</exception>
    public static FhirMeta From(Meta? meta)
    {
        var versionId = meta?.VersionIdElement.Clean();
        var lastUpdated = meta?.LastUpdatedElement.Clean();
        var isUsable = versionId?.Length <= FhirKeys.PartCharactersMax;

        return new FhirMeta(
            isUsable ? FhirKeys.Escape(versionId!) : JsonTime.TryRead(lastUpdated, TimeZoneInfo.Utc, out _) ? lastUpdated : null,
            lastUpdated,
            long.TryParse(versionId, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            Has(meta?.Tag, "SUBSETTED"),
            Has(meta?.Security, "HTEST"));
    }

    private static bool Has(List<Coding>? codings, string code) =>
        codings?.Exists(coding => coding?.CodeElement.Raw()?.Trim() == code) == true;
}
