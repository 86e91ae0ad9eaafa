using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Store;

/// <summary>A transaction of the store in memory: it works on tables of its own, which take the place of the others at its commit.</summary>
internal sealed class MemoryStoreBatch(MemoryStudyStore store, MemoryTables tables) : IStoreBatch
{
    private bool _isEnded;

    public Task<IReadOnlyList<LedgerRecord>> ClaimAsync(IReadOnlyCollection<string> baseKeys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LedgerRecord>>([.. tables.Records.Values.Where(record => baseKeys.Contains(record.BaseKey))]);

    public Task<LoadedStudies> LoadAsync(IReadOnlyCollection<LinkKey> keys, CancellationToken cancellationToken)
    {
        var wanted = keys.ToHashSet();
        var ids = AllLinks().Where(link => wanted.Contains(link.Key)).Select(link => link.StudyId).ToHashSet(StringComparer.Ordinal);
        var parked = tables.Parked.Values
            .Where(unit => unit.Keys.Any(wanted.Contains))
            .OrderBy(unit => unit.ReceivedAt)
            .ThenBy(unit => unit.UnitKey, StringComparer.Ordinal);

        return Task.FromResult(new LoadedStudies(
            [.. tables.Studies.Values.Where(study => ids.Contains(study.StudyId)).Select(MemoryTables.Copy)],
            [.. AllLinks().Where(link => ids.Contains(link.StudyId))],
            [.. parked.Select(MemoryTables.Copy)]));
    }

    public Task<IReadOnlyList<SubscriptionPosition>> LoadPositionsAsync(
        IReadOnlyCollection<(string SourceId, string SubscriptionId)> keys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SubscriptionPosition>>([.. keys.Where(tables.Positions.ContainsKey).Select(key => tables.Positions[key])]);

    public Task<IReadOnlyList<Hold>> LoadHoldsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Hold>>([.. ids.Where(tables.Holds.ContainsKey).Select(id => tables.Holds[id])]);

    public Task<IReadOnlyList<HeldUnit>> LoadHeldAsync(string holdId, int max, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<HeldUnit>>(
        [
            .. tables.Held.Where(held => held.HoldId == holdId).OrderBy(held => held.Place).Take(max)
                .Select(held => held with { Unit = MemoryTables.Copy(held.Unit) }),
        ]);

    public Task SaveAsync(BatchChanges changes, CancellationToken cancellationToken)
    {
        SaveStudies(changes);
        SaveRecords(changes);

        tables.Links.ExceptWith(changes.RemovedLinks);
        tables.Links.UnionWith(changes.NewLinks);
        tables.History.AddRange(changes.History);
        tables.DeadLetters.AddRange(changes.DeadLetters);
        changes.Outbox.ForEach(entry => entry.Position = store.NextPosition());
        tables.Outbox.AddRange(changes.Outbox);
        changes.RemovedParked.ForEach(unitKey => tables.Parked.Remove(unitKey));
        changes.NewParked.ForEach(unit => Add(tables.Parked, unit.UnitKey, MemoryTables.Copy(unit)));
        SaveHolds(changes);
        changes.Positions.ForEach(position => tables.Positions[(position.SourceId, position.SubscriptionId)] = position);

        return Task.CompletedTask;
    }

    public Task CommitAsync(CancellationToken cancellationToken)
    {
        store.Commit(tables);

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (!_isEnded)
        {
            _isEnded = true;
            store.End();
        }

        return ValueTask.CompletedTask;
    }

    private void SaveStudies(BatchChanges changes)
    {
        foreach (var study in changes.NewStudies)
        {
            Expect(!tables.Studies.Values.Any(other => other.StudyInstanceUid == study.StudyInstanceUid));
            Add(tables.Studies, study.StudyId, MemoryTables.Copy(study));
        }

        foreach (var study in changes.ChangedStudies)
        {
            Expect(tables.Studies.ContainsKey(study.StudyId));
            tables.Studies[study.StudyId] = MemoryTables.Copy(study);
        }
    }

    private void SaveRecords(BatchChanges changes)
    {
        foreach (var record in changes.NewRecords)
        {
            Add(tables.Records, record.Key, record);
        }

        foreach (var record in changes.ChangedRecords)
        {
            Expect(tables.Records.ContainsKey(record.Key));
            tables.Records[record.Key] = record;
        }
    }

    private void SaveHolds(BatchChanges changes)
    {
        Expect(changes.ReleasedUnits.TrueForAll(held => tables.Held.RemoveAll(one => one.HoldId == held.HoldId && one.Place == held.Place) == 1));
        Expect(changes.EndedHolds.TrueForAll(id => !tables.Held.Exists(held => held.HoldId == id) && tables.Holds.Remove(id)));

        foreach (var hold in changes.Holds)
        {
            tables.Holds[hold.Id] = tables.Holds.GetValueOrDefault(hold.Id) is { DeadLetterId: not null } before ? before : hold;
        }

        foreach (var held in changes.HeldUnits)
        {
            var last = tables.Held.Where(one => one.HoldId == held.HoldId).Select(one => one.Place).DefaultIfEmpty().Max();
            tables.Held.Add(held with { Place = last + 1, Unit = MemoryTables.Copy(held.Unit) });
        }
    }

    private IEnumerable<Link> AllLinks() => tables.Links.Concat(tables.Studies.Values.SelectMany(study => new Link[]
    {
        new(LinkKind.StudyId, study.StudyId, null, study.StudyId),
        new(LinkKind.StudyInstanceUid, study.StudyInstanceUid, null, study.StudyId),
    }));

    private static void Add<T>(IDictionary<string, T> rows, string key, T row) => Expect(rows.TryAdd(key, row));

    private static void Expect(bool isFree)
    {
        if (!isFree)
        {
            throw new StoreConflictException("Another transaction was first.");
        }
    }
}
