using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.StudyApi.Model;

/// <summary>A study as the model has it.</summary>
internal sealed class ModelStudy(StudySnapshot first)
{
    public string StudyId { get; } = first.StudyId;

    public ModelField Description { get; } = new(null);

    public ModelField Severity { get; } = new(null);

    public ModelField ViewerStatus { get; } = new("incomplete");

    public ModelField AssignedTo { get; } = new(null);

    public ModelField IsCancelled { get; } = new(null);

    /// <summary>By key, the keys of the RIS too.</summary>
    public SortedDictionary<string, string> Metadata { get; private set; } = new(StringComparer.Ordinal);

    public long Version { get; set; } = 1;

    public bool Cancelled => IsCancelled.Value == "true";

    /// <summary>What <paramref name="changes"/> make of the pairs; null as a value removes.</summary>
    public SortedDictionary<string, string> Merged(bool clears, IEnumerable<KeyValuePair<string, string?>> changes)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);

        foreach (var (key, value) in Metadata.Where(pair => !clears || pair.Key == "ris.accessionNumber"))
        {
            merged[key] = value;
        }

        foreach (var (key, value) in changes)
        {
            _ = value is null ? merged.Remove(key) : merged.TryAdd(key, value);

            if (value is not null)
            {
                merged[key] = value;
            }
        }

        return merged;
    }

    public void Set(SortedDictionary<string, string> metadata) => Metadata = metadata;

    /// <summary>What of the RIS is in the map is for the worked examples to say; the model takes it as it is.</summary>
    public void TakeFromRis(StudySnapshot seen)
    {
        Metadata = new(Metadata.Where(pair => !pair.Key.StartsWith("ris.", StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);

        foreach (var (key, value) in seen.Metadata.Where(pair => pair.Key.StartsWith("ris.", StringComparison.Ordinal)))
        {
            Metadata[key] = value;
        }
    }

    /// <summary>The first thing that is not as the model has it; null when all is.</summary>
    public string? DifferenceTo(StudySnapshot seen) =>
        seen.Description != Description.Value ? "studyDescription"
        : seen.Severity != Severity.Value ? "severity"
        : seen.StudyViewerStatus != ViewerStatus.Value ? "studyViewerStatus"
        : seen.AssignedTo != AssignedTo.Value ? "assignedTo"
        : seen.IsCancelled != Cancelled || (seen.CancelledAt is not null) != Cancelled ? "isCancelled"
        : !seen.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).SequenceEqual(Metadata) ? "metadata"
        : seen.Metadata.Count > 50 ? "more than 50 pairs"
        : null;
}
