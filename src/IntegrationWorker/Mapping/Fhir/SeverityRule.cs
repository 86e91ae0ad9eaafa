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
                unit.Warn(Notice.Of(Codes.UnknownPriority, "value", priority, "location", Location));
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
        var priorities = new List<string>();

        foreach (var reference in study.BasedOn)
        {
            if (reference?.ReferenceElement.Raw()?.Trim() is { Length: > 0 } target
                && Find(study, entries, target)?.PriorityElement.Clean() is { } priority)
            {
                priorities.Add(priority);
            }
        }

        return priorities;
    }

    private static ServiceRequest? Find(ImagingStudy study, FhirEntries entries, string reference)
    {
        if (reference.StartsWith('#'))
        {
            return study.Contained.OfType<ServiceRequest>().FirstOrDefault(request => request.IdElement.Raw() == reference[1..]);
        }

        return entries.Find(reference) is { Type: FhirNames.ServiceRequest } entry
            ? FhirResources.Read<ServiceRequest>(entry.Resource)
            : null;
    }
}
