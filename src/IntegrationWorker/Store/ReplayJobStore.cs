using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class ReplayJobStore(Database database, DataProtector protector) : IReplayJobStore
{
    private const int ItemsAtOnce = 1000;

    private static readonly Column<string>[] _ids = [Column<string>.Text("id", id => id)];

    private static readonly Statement _insertJob = new("""
        insert into replay_jobs (
            id, created_at, who, why, selection, rate, stop_percent, has_canary, state, total, lease_holder, lease_until)
        values (
            @id, @created_at, @who, @why, @selection, @rate, @stop_percent, @has_canary, @state, @total, @lease_holder, @lease_until)
        """);

    private static readonly Statement<(long Position, string Id)> _insertItems = new(
        "insert into replay_items (job_id, position, dead_letter_id) select @job_id, r.position, r.id from {rows}",
        Column<(long Position, string Id)>.Number("position", row => row.Position),
        Column<(long Position, string Id)>.Text("id", row => row.Id));

    private static readonly Statement _select = new($"select {ReplayRows.Job} from replay_jobs where id = @id");

    private static readonly Statement _selectLatest = new($"select {ReplayRows.Job} from replay_jobs order by created_at desc, id desc limit @max");

    private static readonly Statement _selectItems = new("""
        select position, dead_letter_id, outcome, receipt from replay_items where job_id = @id and position > @after order by position limit @max
        """);

    private static readonly Statement _selectOutcomes = new(
        "select outcome, count from replay_outcomes where job_id = @id");

    private static readonly Statement _selectFree = new($"""
        select id from replay_jobs
        where state = '{ReplayJobState.Running}' and (lease_until is null or lease_until < @now)
        order by created_at limit 1
        """);

    private static readonly Statement _take = new($"""
        update replay_jobs set lease_holder = @holder, lease_until = @until
        where id = @id and state = '{ReplayJobState.Running}' and (lease_until is null or lease_until < @now or lease_holder = @holder)
        returning {ReplayRows.Job}
        """);

    private static readonly Statement _release = new(
        "update replay_jobs set lease_holder = null, lease_until = null where id = @id and lease_holder = @holder");

    private static readonly Statement _selectPending = new(
        "select position, dead_letter_id from replay_items where job_id = @id and position > @after and outcome is null order by position limit @max");

    private static readonly Statement<string> _setState = new(
        """
        update replay_jobs set state = @to, reason = @reason, ended_at = @ended_at, lease_holder = null, lease_until = null
        where id = @job_id and state in (select r.id from {rows})
        """,
        _ids);

    private static readonly Statement _open = new($"""
        update dead_letters set status = '{DeadLetterStatus.Open}'
        where status = '{DeadLetterStatus.Replaying}'
            and id in (select i.dead_letter_id from replay_items i where i.job_id = @job_id and i.outcome is null)
        """);

    public async Task<ReplayJob> CreateAsync(
        ReplayJob job, IReadOnlyCollection<string>? ids, DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        var found = await TakeOpenAsync(session, ids, filter, cancellationToken);

        if (filter.Status is null)
        {
            found.AddRange(await FindClosedAsync(session, ids, filter, cancellationToken));
        }

        (long Position, string Id)[] items = [.. found.OrderBy(one => one.At).ThenBy(one => one.Id, StringComparer.Ordinal).Select((one, i) => (i + 1L, one.Id))];
        session.Add(
            _insertJob,
            [
                SqlValue.Text("id", job.Id),
                SqlValue.Time("created_at", job.CreatedAt),
                SqlValue.Text("who", job.Who),
                SqlValue.Text("why", job.Why),
                SqlValue.Text("selection", job.Selection),
                SqlValue.Number("rate", job.Rate),
                SqlValue.Number("stop_percent", job.StopPercent),
                SqlValue.Number("has_canary", job.HasCanary ? 1 : 0),
                SqlValue.Text("state", job.State),
                SqlValue.Number("total", items.Length),
                SqlValue.Text("lease_holder", job.LeaseHolder),
                SqlValue.Time("lease_until", job.LeaseUntil),
            ]);
        await session.RunAsync(cancellationToken);

        // Ten times as many dead letters shall not take ten times the memory.
        foreach (var some in items.Chunk(ItemsAtOnce))
        {
            session.AddRows(_insertItems, some, [SqlValue.Text("job_id", job.Id)]);
            await session.RunAsync(cancellationToken);
        }

        await session.CommitAsync(cancellationToken);

        return job with { Total = items.Length };
    }

    public async Task<ReplayJob?> GetAsync(string id, CancellationToken cancellationToken)
    {
        ReplayJob? job = null;
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(_select, [SqlValue.Text("id", id)], cancellationToken, reader => job = ReplayRows.ReadJob(reader));

        return job;
    }

    public async Task<IReadOnlyList<ReplayJob>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        var jobs = new List<ReplayJob>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(_selectLatest, [SqlValue.Number("max", limit)], cancellationToken, reader => jobs.Add(ReplayRows.ReadJob(reader)));

        return jobs;
    }

    public async Task<IReadOnlyList<ReplayedItem>> ItemsAsync(string id, long after, int limit, CancellationToken cancellationToken)
    {
        var items = new List<ReplayedItem>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(
            _selectItems,
            [SqlValue.Text("id", id), SqlValue.Number("after", after), SqlValue.Number("max", limit)],
            cancellationToken,
            reader => items.Add(new ReplayedItem(
                reader.GetInt64(0), reader.GetString(1), reader.Text(2), reader.IsDBNull(3) ? null : reader.Bytes(3))));

        return items;
    }

    public async Task<IReadOnlyDictionary<string, long>> OutcomesAsync(string id, CancellationToken cancellationToken)
    {
        var outcomes = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(
            _selectOutcomes, [SqlValue.Text("id", id)], cancellationToken, reader => outcomes[reader.GetString(0)] = reader.GetInt64(1));

        return outcomes;
    }

    public async Task<string?> FindFreeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        string? id = null;
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(_selectFree, [SqlValue.Time("now", now)], cancellationToken, reader => id = reader.GetString(0));

        return id;
    }

    public async Task<ReplayJob?> TryTakeAsync(string id, string holder, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ReplayJob? job = null;
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(
            _take,
            [SqlValue.Text("id", id), SqlValue.Text("holder", holder), SqlValue.Time("now", now), SqlValue.Time("until", until)],
            cancellationToken,
            reader => job = ReplayRows.ReadJob(reader));
        await session.CommitAsync(cancellationToken);

        return job;
    }

    public async Task ReleaseAsync(string id, string holder, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(_release, [SqlValue.Text("id", id), SqlValue.Text("holder", holder)], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ReplayItem>> PendingAsync(string id, long after, int max, CancellationToken cancellationToken)
    {
        var items = new List<(long Position, string Id)>();
        var letters = new Dictionary<string, DeadLetterCase>(StringComparer.Ordinal);
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(
            _selectPending,
            [SqlValue.Text("id", id), SqlValue.Number("after", after), SqlValue.Number("max", max)],
            cancellationToken,
            reader => items.Add((reader.GetInt64(0), reader.GetString(1))));
        await session.RunRowsAsync(
            DeadLetterRows.SelectCases,
            [.. items.Select(item => item.Id)],
            cancellationToken,
            reader =>
            {
                var letter = DeadLetterRows.ReadCase(reader, [], protector);
                letters[letter.Summary.Id] = letter;
            });

        return [.. items.Select(item => new ReplayItem(item.Position, item.Id, letters.GetValueOrDefault(item.Id)))];
    }

    public async Task AddProgressAsync(ReplayProgress progress, IReadOnlyCollection<CaseStep> steps, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        ReplayRows.Add(session, progress); // The job before its cases, as whoever cancels it does.
        CaseRows.Add(session, steps);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<bool> SetStateAsync(
        string id, IReadOnlyCollection<string> from, string to, string? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await database.BeginAsync(cancellationToken);
            session.AddRows(
                _setState,
                from,
                [
                    SqlValue.Text("job_id", id),
                    SqlValue.Text("to", to),
                    SqlValue.Text("reason", reason),
                    SqlValue.Time("ended_at", ReplayJobState.IsOver(to) ? now : null),
                ],
                rowsExpected: 1);

            if (ReplayJobState.IsOver(to))
            {
                session.Add(_open, [SqlValue.Text("job_id", id)]);
            }

            await session.RunAsync(cancellationToken);
            await session.CommitAsync(cancellationToken);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }

    // Taken in one statement: a dead letter is on one list only, whoever makes another one at the same time.
    private static Task<List<(DateTimeOffset At, string Id)>> TakeOpenAsync(
        SqlSession session, IReadOnlyCollection<string>? ids, DeadLetterFilter filter, CancellationToken cancellationToken) => FindAsync(
        session,
        ids,
        DeadLetterRows.Where(filter with { Status = DeadLetterStatus.Open }).AddIf(true, "d.draft = 0"), // Somebody is mending it.
        $"update dead_letters as d set status = '{DeadLetterStatus.Replaying}' where {{0}} returning received_at, id",
        cancellationToken);

    private static Task<List<(DateTimeOffset At, string Id)>> FindClosedAsync(
        SqlSession session, IReadOnlyCollection<string>? ids, DeadLetterFilter filter, CancellationToken cancellationToken) => FindAsync(
        session,
        ids,
        DeadLetterRows.Where(filter).AddIf(true, $"d.status in ('{DeadLetterStatus.Resolved}', '{DeadLetterStatus.Superseded}')"),
        "select d.received_at, d.id from dead_letters d where {0}",
        cancellationToken);

    private static async Task<List<(DateTimeOffset At, string Id)>> FindAsync(
        SqlSession session, IReadOnlyCollection<string>? ids, Conditions where, string sql, CancellationToken cancellationToken)
    {
        var found = new List<(DateTimeOffset At, string Id)>();

        if (ids is null)
        {
            session.Add(new Statement(sql.Replace("{0}", where.Text, StringComparison.Ordinal)), where.ParametersWith(), Read);
        }
        else
        {
            var text = sql.Replace("{0}", $"{where.Text} and d.id in (select r.id from {{rows}})", StringComparison.Ordinal);
            session.AddRows(new Statement<string>(text, _ids), ids, where.ParametersWith(), Read);
        }

        await session.RunAsync(cancellationToken);
        return found;

        void Read(System.Data.Common.DbDataReader reader) => found.Add((reader.Time(0), reader.GetString(1)));
    }
}
