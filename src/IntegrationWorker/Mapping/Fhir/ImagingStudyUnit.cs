using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>What the rules of an ImagingStudy read from, and what they write to.</summary>
internal sealed class ImagingStudyUnit
{
    public required FhirDelivery Delivery { get; init; }

    /// <summary>Entries of the same Bundle; none for a single resource.</summary>
    public required FhirEntries Entries { get; init; }

    /// <summary>The id of the resource; null when it has none.</summary>
    public required string? Id { get; init; }

    public required UnitUpdate Update { get; init; }

    public Source Source => Delivery.Source;

    public void Warn(Notice warning) => Update.Warnings.AddOnce(warning);

    public void Set(string key, string value, string location) => Update.Metadata[key] = new Asserted(value, location);

    /// <summary>Keeps a key that is not asserted from being deleted by the snapshot.</summary>
    public void KeepKey(string key) => (Update.UnknownKeys ??= []).Add(key);
}
