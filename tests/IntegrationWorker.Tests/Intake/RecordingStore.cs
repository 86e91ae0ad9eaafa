using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Intake;

/// <summary>Passes everything on to a store, and keeps in order what was committed and which keys were asked for.</summary>
internal sealed class RecordingStore(IStudyStore inner) : IStudyStore
{
    private readonly HashSet<string> _baseKeys = new(StringComparer.Ordinal);
    private readonly HashSet<LinkKey> _linkKeys = [];

    public List<HistoryEntry> History { get; } = [];

    public List<OutboxEntry> Outbox { get; } = [];

    public List<DeadLetterEntry> DeadLetters { get; } = [];

    public List<HeldUnit> HeldUnits { get; } = [];

    public Dictionary<(string SourceId, string SubscriptionId), SubscriptionPosition> Positions { get; } = [];

    public async Task<IStoreBatch> BeginAsync(CancellationToken cancellationToken) =>
        new Batch(this, await inner.BeginAsync(cancellationToken));

    /// <summary>Reads back every record, study, link and waiting unit that was ever asked for.</summary>
    public async Task<(IReadOnlyList<LedgerRecord> Records, LoadedStudies Studies)> ReadBackAsync(CancellationToken cancellationToken)
    {
        await using var batch = await inner.BeginAsync(cancellationToken);

        return (await batch.ClaimAsync(_baseKeys, cancellationToken), await batch.LoadAsync(_linkKeys, cancellationToken));
    }

    private sealed class Batch(RecordingStore owner, IStoreBatch inner) : IStoreBatch
    {
        private BatchChanges? _saved;

        public Task<IReadOnlyList<LedgerRecord>> ClaimAsync(IReadOnlyCollection<string> baseKeys, CancellationToken cancellationToken)
        {
            owner._baseKeys.UnionWith(baseKeys);
            return inner.ClaimAsync(baseKeys, cancellationToken);
        }

        public Task<LoadedStudies> LoadAsync(IReadOnlyCollection<LinkKey> keys, CancellationToken cancellationToken)
        {
            owner._linkKeys.UnionWith(keys);
            return inner.LoadAsync(keys, cancellationToken);
        }

        public Task<IReadOnlyList<SubscriptionPosition>> LoadPositionsAsync(
            IReadOnlyCollection<(string SourceId, string SubscriptionId)> keys, CancellationToken cancellationToken) =>
            inner.LoadPositionsAsync(keys, cancellationToken);

        public Task<IReadOnlyList<Hold>> LoadHoldsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
            inner.LoadHoldsAsync(ids, cancellationToken);

        public Task<IReadOnlyList<HeldUnit>> LoadHeldAsync(string holdId, int max, CancellationToken cancellationToken) =>
            inner.LoadHeldAsync(holdId, max, cancellationToken);

        public Task SaveAsync(BatchChanges changes, CancellationToken cancellationToken)
        {
            _saved = changes;
            return inner.SaveAsync(changes, cancellationToken);
        }

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            await inner.CommitAsync(cancellationToken);

            owner.History.AddRange(_saved!.History);
            owner.Outbox.AddRange(_saved.Outbox);
            owner.DeadLetters.AddRange(_saved.DeadLetters);
            owner.HeldUnits.AddRange(_saved.HeldUnits);
            _saved.Positions.ForEach(position => owner.Positions[(position.SourceId, position.SubscriptionId)] = position);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
