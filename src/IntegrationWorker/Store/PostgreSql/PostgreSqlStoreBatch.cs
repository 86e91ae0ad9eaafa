using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store.PostgreSql;

/// <summary>A transaction among those of other workers: what it decides about, it locks first.</summary>
/// <remarks>
/// Locks are taken in one order everywhere: message keys, numbers, studies, subscriptions, events; inside each, ascending. What
/// is claimed or loaded after a first <see cref="StoreBatch.LoadAsync"/> breaks that order, so that two batches might wait for each
/// other: such a wait is short, and its end a <see cref="StoreConflictException"/>. Each number takes a slot of the server's lock
/// table, so that max_locks_per_transaction has to allow for the batches of all workers (docs/operations.md).
/// </remarks>
internal sealed class PostgreSqlStoreBatch(SqlSession session, DataProtector protector) : StoreBatch(session, protector)
{
    // A claim is a row without an outcome. Whoever comes second with the key waits here for the first commit,
    // then finds the record; a rollback leaves nothing.
    private static readonly Statement<string> _insertClaims = new(
        """
        insert into messages (key, base_key, generation, fingerprint, source_id, message_type, received_at, outcome, result)
        select r.key, r.key, 1, '', '', '', 0, '', '' from {rows} order by r.key
        on conflict (key) do nothing
        returning key
        """,
        LedgerRows.Keys);

    // A recorded key is not inserted, so nobody would wait: its first generation is locked, for all of them.
    private static readonly Statement<string> _lockRecords = new(
        "select m.key from messages m where m.key in (select r.key from {rows}) order by m.key for update", LedgerRows.Keys);

    // A statement of its own: it sees what was committed while the ones before it waited.
    private static readonly Statement<string> _selectRecords = new(
        $$"""
        select {{LedgerRows.Selected}} from {rows} join messages m on m.key = r.key where m.outcome <> ''
        union all
        select {{LedgerRows.Selected}} from {rows} join messages m on m.base_key = r.key and m.generation <> 1
        """,
        LedgerRows.Keys);

    private static readonly Statement<string> _deleteClaims = new(
        "delete from messages where key in (select r.key from {rows}) and outcome = ''", LedgerRows.Keys);

    // The inner order by is the order of locking. Two numbers with the same hash only wait more than they need to.
    private static readonly Statement<LinkKey> _lockIdentifiers = new(
        """
        select pg_advisory_xact_lock(h) from (
            select distinct hashtextextended(r.kind || ':' || r.value, 0) as h from {rows} order by h offset 0) hashes
        """,
        LinkRows.Keys);

    private static readonly Statement<(string SourceId, string SubscriptionId)> _lockPositions = new(
        """
        select pg_advisory_xact_lock(h) from (
            select distinct hashtextextended('subscription:' || r.source_id || '/' || r.subscription_id, 0) as h
            from {rows} order by h offset 0) hashes
        """,
        PositionRows.Keys);

    // A batch takes tens of milliseconds: whoever is in the way for longer is probably waiting for us.
    private static readonly Statement _waitBriefly = new("select set_config('lock_timeout', '250ms', true)");

    private static readonly Statement _waitInLine = new("select set_config('lock_timeout', '0', true)");

    private static readonly Statement _lockOutbox = new("select pg_advisory_xact_lock(hashtextextended('outbox', 0))");

    private readonly HashSet<string> _openClaims = new(StringComparer.Ordinal);
    private bool _hasLoaded;
    private bool _waitsBriefly;

    public override async Task<IReadOnlyList<LedgerRecord>> ClaimAsync(
        IReadOnlyCollection<string> baseKeys, CancellationToken cancellationToken)
    {
        var records = new List<LedgerRecord>();
        AddBriefWait();
        Session.AddRows(_insertClaims, baseKeys, read: reader => _openClaims.Add(reader.GetString(0)));
        Session.AddRows(_lockRecords, baseKeys, read: static _ => { });
        Session.AddRows(_selectRecords, baseKeys, read: reader => records.Add(LedgerRows.Read(reader)));
        await Session.RunAsync(cancellationToken);

        return records;
    }

    public override async Task CommitAsync(CancellationToken cancellationToken)
    {
        // Keys that were claimed and not decided about: the batch ended before them.
        await Session.RunRowsAsync(_deleteClaims, _openClaims, cancellationToken);
        await Session.CommitAsync(cancellationToken);
    }

    protected override void OnSaving(BatchChanges changes)
    {
        foreach (var record in changes.NewRecords)
        {
            _openClaims.Remove(record.Key);
        }

        // Positions are given out before the commit: another worker's later one could be seen first, and a reader
        // of the events would go past ours. So from here to the commit one batch at a time; it is the last lock.
        if (changes.Outbox.Count > 0)
        {
            AddWaitInLine();
            Session.Add(_lockOutbox, [], static _ => { });
        }
    }

    protected override void AddIdentifierLocks(IReadOnlyCollection<LinkKey> keys)
    {
        AddBriefWait();
        Session.AddRows(_lockIdentifiers, keys, read: static _ => { });
        _hasLoaded = true;
    }

    protected override void AddPositionLocks(IReadOnlyCollection<(string SourceId, string SubscriptionId)> keys) =>
        Session.AddRows(_lockPositions, keys, read: static _ => { });

    private void AddBriefWait()
    {
        if (_hasLoaded && !_waitsBriefly)
        {
            Session.Add(_waitBriefly, [], static _ => { });
            _waitsBriefly = true;
        }
    }

    private void AddWaitInLine()
    {
        if (_waitsBriefly)
        {
            Session.Add(_waitInLine, [], static _ => { });
            _waitsBriefly = false;
        }
    }
}
