using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>One transaction of the store, in the words that both databases share.</summary>
internal abstract class StoreBatch(SqlSession session, DataProtector protector) : IStoreBatch
{
    private static readonly Statement<LinkKey> _selectStudies = new(
        $$"""
        select {{StudyRows.Selected}} from studies s
        where s.study_id in ({{LinkRows.StudyIds}})
        order by s.study_id
        {for update}
        """,
        LinkRows.Keys);

    private static readonly Statement<LinkKey> _selectLinks = new(
        $"""
        select k.kind, k.value, k.issuer, k.study_id from links k
        where k.study_id in ({LinkRows.StudyIds})
        """,
        LinkRows.Keys);

    private static readonly Statement<LinkKey> _selectParked = new(
        $$"""
        select {{ParkedRows.Selected}} from parked p
        where p.unit_key in (select k.unit_key from {rows} join parked_keys k on k.kind = r.kind and k.value = r.value)
        order by p.received_at, p.unit_key
        """,
        LinkRows.Keys);

    private static readonly Statement<(string SourceId, string SubscriptionId)> _selectPositions = new(
        """
        select source_id, subscription_id, position, seen, last_heard_at, gap_since from subscription_positions
        where (source_id, subscription_id) in (select r.source_id, r.subscription_id from {rows})
        """,
        PositionRows.Keys);

    protected SqlSession Session => session;

    public abstract Task<IReadOnlyList<LedgerRecord>> ClaimAsync(
        IReadOnlyCollection<string> baseKeys, CancellationToken cancellationToken);

    public async Task<LoadedStudies> LoadAsync(IReadOnlyCollection<LinkKey> keys, CancellationToken cancellationToken)
    {
        var studies = new List<Study>();
        var links = new List<Link>();
        var parked = new List<ParkedUnit>();

        AddIdentifierLocks(keys);
        session.AddRows(_selectStudies, keys, read: reader => studies.Add(StudyRows.Read(reader)));
        session.AddRows(_selectLinks, keys, read: reader => links.Add(LinkRows.Read(reader)));
        session.AddRows(_selectParked, keys, read: reader => parked.Add(ParkedRows.Read(reader, protector)));
        await session.RunAsync(cancellationToken);

        return new LoadedStudies(studies, LinkRows.WithOwn(studies, links), parked);
    }

    public async Task<IReadOnlyList<SubscriptionPosition>> LoadPositionsAsync(
        IReadOnlyCollection<(string SourceId, string SubscriptionId)> keys, CancellationToken cancellationToken)
    {
        var positions = new List<SubscriptionPosition>();

        AddPositionLocks(keys);
        session.AddRows(_selectPositions, keys, read: reader => positions.Add(PositionRows.Read(reader)));
        await session.RunAsync(cancellationToken);

        return positions;
    }

    public async Task SaveAsync(BatchChanges changes, CancellationToken cancellationToken)
    {
        StoreWriter.Add(session, changes, protector);
        OnSaving(changes);
        StoreWriter.AddOutbox(session, changes.Outbox);
        await session.RunAsync(cancellationToken);
    }

    public abstract Task CommitAsync(CancellationToken cancellationToken);

    public ValueTask DisposeAsync() => session.DisposeAsync();

    /// <summary>Makes transactions that look for the same numbers wait for each other, found or not.</summary>
    protected abstract void AddIdentifierLocks(IReadOnlyCollection<LinkKey> keys);

    protected abstract void AddPositionLocks(IReadOnlyCollection<(string SourceId, string SubscriptionId)> keys);

    /// <summary>Called when all but the events is queued.</summary>
    protected abstract void OnSaving(BatchChanges changes);
}
