using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Golden;

/// <summary>What became of the FHIR files of the corpus, and how much their units say.</summary>
internal sealed class FhirCounts
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Add(MappedMessage message)
    {
        Count("1 files");
        Count(message.Parts.Any(part => part.Units.Count > 0) ? "2 files with units"
            : message.Notification?.ToFetch.Count > 0 ? "3 files that name what to fetch"
            : "4 files without units");

        foreach (var part in message.Parts)
        {
            if ((part.Rejection?.Code is { } code ? $"rejected {code}" : part.IgnoredReason is { } reason ? $"ignored {reason}" : null) is { } outcome)
            {
                Count($"5 {outcome}");
            }

            part.Units.ForEach(Add);
        }
    }

    public IEnumerable<string> Lines() => _counts.Select(count => $"{count.Key[2..]}\t{count.Value}");

    private void Add(UnitUpdate unit)
    {
        Count("6 units");
        CountIf(unit.Rejection is not null, $"7 units rejected {unit.Rejection?.Code}");
        CountIf(unit.Identity.StudyInstanceUid is not null, "8 units with a UID");
        CountIf(unit.Identity.Accession is not null, "8 units with an accession number");
        CountIf(unit.Fields.ContainsKey(FieldNames.StudyDescription), "8 units with a description");
        CountIf(unit.Fields.ContainsKey(FieldNames.Severity), "8 units with a severity");
        CountIf(unit.Metadata.ContainsKey("fhir.modality"), "8 units with a modality");
        CountIf(unit.Metadata.ContainsKey("fhir.started"), "8 units with a start");
        CountIf(unit.Signal != Signal.None, $"9 units that say {unit.Signal.ToString().ToLowerInvariant()}");
    }

    private void CountIf(bool says, string name)
    {
        if (says)
        {
            Count(name);
        }
    }

    private void Count(string name) => _counts[name] = _counts.GetValueOrDefault(name) + 1;
}
