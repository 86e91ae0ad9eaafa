using IntegrationWorker.Store;

namespace IntegrationWorker.Matching;

/// <summary>What of a batch has to wait behind rejected messages, as the batch changes it. docs/mapping.md §2.8.</summary>
/// <remarks>Holds only what was loaded: whoever asks must have had the holds of the source and its studies loaded before.</remarks>
internal sealed class HoldBook(BatchChanges changes)
{
    private readonly Dictionary<string, Hold> _holds = new(StringComparer.Ordinal);

    public void Add(IEnumerable<Hold> loaded)
    {
        foreach (var hold in loaded)
        {
            _holds.TryAdd(hold.Id, hold);
        }
    }

    /// <summary>The hold on a study for messages of a source; null when they pass.</summary>
    public Hold? Find(string sourceId, string studyInstanceUid) =>
        _holds.Count == 0 ? null : _holds.GetValueOrDefault(Hold.IdOf(sourceId, studyInstanceUid));

    /// <summary>Later messages wait from now on. Where some do already, they go on waiting for the one before.</summary>
    public void Begin(Hold hold)
    {
        if (_holds.TryAdd(hold.Id, hold))
        {
            changes.Holds.Add(hold);
        }
    }

    public void Keep(Hold hold, ParkedUnit unit, DateTimeOffset now) => changes.HeldUnits.Add(new HeldUnit(hold.Id, unit, now));

    /// <summary>What waits behind it is to be applied: it holds nothing back meanwhile.</summary>
    public void Lift(Hold hold) => _holds.Remove(hold.Id);

    /// <summary>A unit waits no longer.</summary>
    public void Release(HeldUnit held) => changes.ReleasedUnits.Add(held);

    /// <summary>Nothing is left to wait.</summary>
    public void End(Hold hold) => changes.EndedHolds.Add(hold.Id);
}
