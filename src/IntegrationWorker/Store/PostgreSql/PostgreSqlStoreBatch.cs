using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.PostgreSql;

/// <summary>A transaction among those of other workers: what it decides about, it locks first, whether it is there or not.</summary>
/// <remarks>
/// Locks are taken in one order everywhere: message keys, numbers, studies, subscriptions, the outbox; inside each,
/// ascending. What is claimed or loaded after a first load breaks that order, so that two batches might wait for each other: such
/// a wait is short, and its end a <see cref="StoreConflictException"/>. Each key and number takes a slot of the server's lock
/// table, so that max_locks_per_transaction has to allow for the batches of all workers (docs/operations.md).
/// </remarks>
internal sealed class PostgreSqlStoreBatch(SqlSession session, DataProtector protector) : StoreBatch(session, protector)
{
    // Sixteen messages with seven numbers each, about.
    private const int FewNumbersMax = 112;

    // The rows are only counted, so that no answer for each lock goes over the wire.
    private static readonly Statement<long> _lock = new(
        "select count(*) from (select pg_advisory_xact_lock(r.number) from {rows} offset 0) locks",
        Column<long>.Number("number", number => number));

    // A batch takes tens of milliseconds: whoever is in the way for longer is probably waiting for us.
    private static readonly Statement _waitBriefly = new("select set_config('lock_timeout', '250ms', true)");

    private static readonly Statement _waitInLine = new("select set_config('lock_timeout', '0', true)");

    // Positions are given out before the commit: another worker's later one could be seen first, and a reader of the
    // events would go past ours. So from here to the commit one batch at a time; it is the last lock.
    private static readonly Statement _lockOutbox = new("select pg_advisory_xact_lock(hashtextextended('outbox', 0))");

    // With a handful of rows a statement takes longer to plan than to run, half of what such a batch costs the server: the plan it has kept is as
    // good. One with many is planned for them.
    private static readonly Statement _keepPlans = new("select set_config('plan_cache_mode', 'force_generic_plan', true)");

    private bool _hasLocked;
    private bool _hasLoaded;
    private bool _waitsBriefly;

    protected override void AddLocks(long[] numbers)
    {
        if (!_hasLocked && numbers.Length <= FewNumbersMax)
        {
            Session.Add(_keepPlans, [], static _ => { });
        }

        _hasLocked = true;

        if (_hasLoaded && !_waitsBriefly)
        {
            Session.Add(_waitBriefly, [], static _ => { });
            _waitsBriefly = true;
        }

        Session.AddRows(_lock, numbers, read: static _ => { });
    }

    protected override void OnLoading() => _hasLoaded = true;

    protected override void OnSavingEvents()
    {
        if (_waitsBriefly)
        {
            Session.Add(_waitInLine, [], static _ => { });
            _waitsBriefly = false;
        }

        Session.Add(_lockOutbox, [], static _ => { });
    }
}
