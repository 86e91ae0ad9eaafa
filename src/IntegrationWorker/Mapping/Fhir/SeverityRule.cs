using Hl7.Fhir.Model;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>ImagingStudy.basedOn → ServiceRequest.priority → severity: of several the most urgent.</summary>
/// <remarks>Source: FHIR R4 ValueSet request-priority; docs/mapping.md §3.2, §3.10. A request that is elsewhere is not fetched.</remarks>
internal static class SeverityRule
{
    private const string Location = "ServiceRequest.priority";

    public static void Apply(ImagingStudy study, ImagingStudyUnit unit)
    {
        Severity? highest = null;

        foreach (var priority in Priorities(study, unit.Entries))
        {
            if (!PriorityCodes.TryMap(priority, unit.Source.PriorityCodes, out var severity))
            {
                unit.Warn(Notice.Of(Codes.UnknownPriority, "value", FhirText.Short(priority), "location", Location));
            }
            else if (highest is null || severity > highest)
            {
                highest = severity;
            }
        }

        if (highest is { } found)
        {
            unit.Update.Fields[FieldNames.Severity] = new Asserted(found.ToText(), Location);
        }
    }

    /// <summary>The priorities as sent, in the order of basedOn; they count for the fingerprint too.</summary>
    public static List<string> Priorities(ImagingStudy study, FhirEntries entries)
    {
        if (study.BasedOn.Count == 0)
        {
            return [];
        }

        var contained = study.Contained.OfType<ServiceRequest>()
            .ToLookup(request => request.IdElement.Raw() ?? "", request => request.PriorityElement.Clean(), StringComparer.Ordinal);

        return [.. study.BasedOn
            .Select(reference => reference?.ReferenceElement.Raw()?.Trim())
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Select(reference => reference.StartsWith('#') ? contained[reference[1..]].FirstOrDefault() : PriorityOf(entries.Find(reference)))
            .OfType<string>()];
    }

    private static string? PriorityOf(FhirEntry? entry) => entry?.Type == FhirNames.ServiceRequest ? FhirText.Clean(entry.Priority) : null;
}
