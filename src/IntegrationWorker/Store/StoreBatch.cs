using System.Data.Common;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>One transaction of the store, in the words that both databases share.</summary>
internal abstract class StoreBatch(SqlSession session, DataProtector protector) : IStoreBatch
{
    // Spaces of lock numbers; the kinds of links have their own ones from 0 up.
    private const int MessageSpace = -1;
    private const int SubscriptionSpace = -2;

    private static readonly Statement<LinkKey> _selectStudies = new(
        $$"""
        select {{StudyRows.SelectedWithLinks}} from studies s
        where s.study_id in ({{LinkRows.StudyIds}})
        order by s.study_id
        {for update}
        """,
        LinkRows.Keys);

    // Writes of the study API name studies by their ids: there is nothing to be looked for.
    private static readonly Statement<string> _selectStudiesById = new(
        $$"""
        select {{StudyRows.SelectedWithLinks}} from studies s
        where s.study_id in (select r.study_id from {rows})
        order by s.study_id
        {for update}
        """,
        StudyRows.Ids);

    // Of studies whose rows do not tell.
    private static readonly Statement<string> _selectLinks = new(
        "select l.kind, l.value, l.issuer, l.study_id from {rows} join links l on l.study_id = r.study_id", StudyRows.Ids);

    // Mostly nothing waits, and then no number is looked up.
    private static readonly Statement<LinkKey> _selectParked = new(
        $$"""
        select {{ParkedRows.Selected}} from parked p
        where exists (select 1 from parked)
            and p.unit_key in (select k.unit_key from {rows} join parked_keys k on k.kind = r.kind and k.value = r.value)
        order by p.received_at, p.unit_key
        """,
        LinkRows.Keys);

    private static readonly Statement<(string SourceId, string SubscriptionId)> _selectPositions = new(
        $$"""
        select {{PositionRows.Selected}} from subscription_positions
        where (source_id, subscription_id) in (select r.source_id, r.subscription_id from {rows})
        """,
        PositionRows.Keys);

    private readonly LoadedLinks _links = new();

    // Saved, and written with the commit.
    private List<OutboxEntry> _events = [];

    protected SqlSession Session => session;

    public async Task<IReadOnlyList<LedgerRecord>> ClaimAsync(IReadOnlyCollection<string> baseKeys, CancellationToken cancellationToken)
    {
        AddLocks(LocksOf(baseKeys));
        var records = AddRecords(baseKeys);
        await session.RunAsync(cancellationToken);

        return records;
    }

    public Task<LoadedStudies> LoadAsync(IReadOnlyCollection<LinkKey> keys, CancellationToken cancellationToken)
    {
        AddLocks(LocksOf(keys));

        return RunLoadAsync(keys, cancellationToken);
    }

    public async Task<(IReadOnlyList<LedgerRecord> Records, LoadedStudies Studies)> ClaimAndLoadAsync(
        IReadOnlyCollection<string> baseKeys, IReadOnlyCollection<LinkKey> keys, CancellationToken cancellationToken)
    {
        // One statement takes both, one after the other.
        AddLocks([.. LocksOf(baseKeys), .. LocksOf(keys)]);
        var records = AddRecords(baseKeys);

        return (records, await RunLoadAsync(keys, cancellationToken));
    }

    public async Task<IReadOnlyList<SubscriptionPosition>> LoadPositionsAsync(
        IReadOnlyCollection<(string SourceId, string SubscriptionId)> keys, CancellationToken cancellationToken)
    {
        var positions = new List<SubscriptionPosition>();

        AddLocks(LockNumbers.Of(keys, key => LockNumbers.Of(SubscriptionSpace, $"{key.SourceId}/{key.SubscriptionId}")));
        session.AddRows(_selectPositions, keys, read: reader => positions.Add(PositionRows.Read(reader)));
        await session.RunAsync(cancellationToken);

        return positions;
    }

    public async Task<IReadOnlyList<Hold>> LoadHoldsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var holds = new List<Hold>();
        await session.RunRowsAsync(HoldRows.Select, ids, cancellationToken, reader => holds.Add(HoldRows.Read(reader)));

        return holds;
    }

    public async Task<IReadOnlyList<HeldUnit>> LoadHeldAsync(string holdId, int max, CancellationToken cancellationToken)
    {
        var units = new List<HeldUnit>();
        await session.RunAsync(
            HoldRows.SelectHeld,
            [SqlValue.Text("hold", holdId), SqlValue.Number("max", max)],
            cancellationToken,
            reader => units.Add(HoldRows.ReadHeld(reader, protector)));

        return units;
    }

    public Task SaveAsync(BatchChanges changes, CancellationToken cancellationToken)
    {
        Add(changes);

        return session.RunAsync(cancellationToken);
    }

    public async Task CommitAsync(BatchChanges changes, CancellationToken cancellationToken)
    {
        Add(changes);

        // What was not locked another transaction may have taken away: that is looked at before it is final.
        if (session.HasChecks)
        {
            await session.RunAsync(cancellationToken);
        }

        await CommitAsync(cancellationToken);
    }

    public Task CommitAsync(CancellationToken cancellationToken)
    {
        // Only now: what locks the outbox makes everybody else wait.
        if (_events.Count > 0)
        {
            OnSavingEvents();
            StoreWriter.AddOutbox(session, _events);
        }

        return session.CommitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private static long[] LocksOf(IReadOnlyCollection<string> baseKeys) => LockNumbers.Of(baseKeys, key => LockNumbers.Of(MessageSpace, key));

    private static long[] LocksOf(IReadOnlyCollection<LinkKey> keys) => LockNumbers.Of(keys, key => LockNumbers.Of((int)key.Kind, key.Value));

    private void Add(BatchChanges changes)
    {
        StoreWriter.Add(session, changes, _links, protector);
        _events = changes.Outbox;
    }

    /// <summary>Queues the records of keys that are locked by then. They are there when the queue was run.</summary>
    private List<LedgerRecord> AddRecords(IReadOnlyCollection<string> baseKeys)
    {
        var records = new List<LedgerRecord>();
        session.AddRows(LedgerRows.SelectByBaseKey, baseKeys, read: reader => records.Add(LedgerRows.Read(reader)));

        return records;
    }

    /// <summary>Queues a load of numbers that are locked by then, and runs it with all that was queued before.</summary>
    private async Task<LoadedStudies> RunLoadAsync(IReadOnlyCollection<LinkKey> keys, CancellationToken cancellationToken)
    {
        var studies = new List<Study>();
        var links = new List<Link>();
        var untold = new List<string>();
        var parked = new List<ParkedUnit>();
        string[]? ids = keys.All(key => key.Kind == LinkKind.StudyId) ? [.. keys.Select(key => key.Value)] : null;

        if (keys.Count > 0)
        {
            OnLoading();
        }

        if (ids is not null)
        {
            // Nothing waits under them: commands and the study API alone name a study by its id, and are refused when there is none.
            session.AddRows(_selectStudiesById, ids, read: ReadStudy);
        }
        else
        {
            session.AddRows(_selectStudies, keys, read: ReadStudy);
            session.AddRows(_selectParked, keys, read: reader => parked.Add(ParkedRows.Read(reader, protector)));
        }

        await session.RunAsync(cancellationToken);
        await LoadLinksAsync(untold, links, cancellationToken);

        return new LoadedStudies(studies, LinkRows.WithOwn(studies, links), parked);

        void ReadStudy(DbDataReader reader)
        {
            var study = StudyRows.Read(reader);
            studies.Add(study);

            if (StudyRows.ReadLinks(reader, study.StudyId) is { } told)
            {
                _links.Add(study.StudyId, told, isWritten: true);
                links.AddRange(told);
            }
            else
            {
                untold.Add(study.StudyId);
            }
        }
    }

    private async Task LoadLinksAsync(List<string> studyIds, List<Link> links, CancellationToken cancellationToken)
    {
        if (studyIds.Count == 0)
        {
            return;
        }

        var found = new List<Link>();
        await session.RunRowsAsync(_selectLinks, studyIds, cancellationToken, reader => found.Add(LinkRows.Read(reader)));
        var byStudy = found.ToLookup(link => link.StudyId, StringComparer.Ordinal);

        foreach (var id in studyIds)
        {
            _links.Add(id, [.. byStudy[id]], isWritten: false);
            links.AddRange(byStudy[id]);
        }
    }

    /// <summary>Makes transactions that want one of these numbers wait for each other until they end.</summary>
    protected virtual void AddLocks(long[] numbers)
    {
    }

    /// <summary>Called when the locks of a load are queued.</summary>
    protected virtual void OnLoading()
    {
    }

    /// <summary>Called when all but the events is written, if there are events.</summary>
    protected virtual void OnSavingEvents()
    {
    }
}
