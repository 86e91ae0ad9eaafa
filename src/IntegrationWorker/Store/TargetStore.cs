using System.Data.Common;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Store;

internal sealed class TargetStore(Database database, DataProtector protector) : ITargetStore
{
    // Plans looked at for each study that is wanted: one study may have many.
    private const int PlansPerStudy = 16;

    private static readonly Statement _claim = new("""
        insert into target_leases (study_id, owner, expires_at)
        select w.study_id, @owner, {now} + @lease from (
            select turns.study_id from (
                select fresh.study_id, 2 * row_number() over (order by fresh.position) + @rested_first as turn from (
                    select oldest.study_id, min(oldest.position) as position from (
                        select p.study_id, p.position from target_plans p
                        where not exists (select 1 from target_leases l where l.study_id = p.study_id)
                        order by p.position
                        limit @plans) oldest
                    group by oldest.study_id) fresh
                union all
                select l.study_id, 2 * row_number() over (order by l.expires_at, l.study_id) + 1 - @rested_first from target_leases l
                where l.expires_at <= {now} and exists (select 1 from target_plans p where p.study_id = l.study_id)) turns
            order by turns.turn
            limit @max) w
        where true
        on conflict (study_id) do update set owner = excluded.owner, expires_at = excluded.expires_at
        where target_leases.expires_at <= {now}
        returning study_id, failures
        """);

    private static readonly Statement _lease = new("""
        insert into target_leases (study_id, owner, expires_at) values (@id, @owner, {now} + @lease)
        on conflict (study_id) do update set owner = excluded.owner, expires_at = excluded.expires_at
        where target_leases.expires_at <= {now}
        returning study_id
        """);

    private static readonly Statement<string> _selectStudies = new(
        $$"""select {{StudyRows.Selected}} from {rows} join studies s on s.study_id = r.study_id""", StudyRows.Ids);

    private static readonly Statement _selectNext = new(
        $"select {PlanRows.Selected} from target_plans p where p.study_id = @id order by p.position limit 1");

    private static readonly Statement _selectPlans = new(
        $"select {PlanRows.Selected} from target_plans p where p.study_id = @id order by p.position");

    private static readonly Statement _renew = new(
        "update target_leases set expires_at = {now} + @lease where study_id = @id and owner = @owner");

    private static readonly Statement _attempt = new("update target_plans set attempted = 1 where position = @position");

    private static readonly Statement _release = new("delete from target_leases where study_id = @id and owner = @owner");

    private static readonly Statement _rest = new("""
        update target_leases set owner = '', expires_at = {now} + @rest, failures = failures + 1 where study_id = @id and owner = @owner
        """);

    private static readonly Statement _accept = new("""
        insert into target_acceptance (id, accepted_at) values (1, {now})
        on conflict (id) do update set accepted_at = excluded.accepted_at
        """);

    private static readonly Statement _selectFailures = new("""
        select l.conflicts, l.alone, l.alone_for, l.failed_at, {now}, (select a.accepted_at from target_acceptance a)
        from target_leases l where l.study_id = @id and l.owner = @owner
        """);

    private static readonly Statement _writeFailures = new("""
        update target_leases set conflicts = @conflicts, alone = @alone, alone_for = @alone_for, failed_at = @failed_at
        where study_id = @id and owner = @owner
        """);

    private static readonly Statement _forget = new("""
        update target_leases set failures = 0, conflicts = 0, alone = 0, alone_for = alone_for * @kept
        where study_id = @id and owner = @owner
        """);

    private static readonly Statement<string> _selectSeen = new(
        "select t.study_id, t.seen from {rows} join target_studies t on t.study_id = r.study_id", StudyRows.Ids);

    private static readonly Statement<string> _selectPlanned = new(
        "select distinct p.study_id from {rows} join target_plans p on p.study_id = r.study_id", StudyRows.Ids);

    private static readonly Statement _count = new("select count(*) from target_plans");

    private static readonly Statement _selectMeta = new("select value from meta where key = @key");

    public async Task<IReadOnlyList<LeasedStudy>> ClaimAsync(string owner, TimeSpan lease, int max, bool restedFirst, CancellationToken cancellationToken)
    {
        var taken = new List<LeasedStudy>();
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunAsync(
            _claim,
            [
                SqlValue.Text("owner", owner), Microseconds("lease", lease), SqlValue.Number("max", max),
                SqlValue.Number("plans", (long)max * PlansPerStudy), SqlValue.Number("rested_first", restedFirst ? 1 : 0),
            ],
            cancellationToken,
            reader => taken.Add(new LeasedStudy(reader.GetString(0), (int)reader.GetInt64(1))));
        await session.CommitAsync(cancellationToken);

        return taken;
    }

    public async Task<bool> TryLeaseAsync(string studyId, string owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        var isTaken = false;
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunAsync(
            _lease,
            [SqlValue.Text("id", studyId), SqlValue.Text("owner", owner), Microseconds("lease", lease)],
            cancellationToken,
            _ => isTaken = true);
        await session.CommitAsync(cancellationToken);

        return isTaken;
    }

    public async Task<IReadOnlyDictionary<string, Study>> ReadStudiesAsync(IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Study>(StringComparer.Ordinal);
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunRowsAsync(
            _selectStudies,
            studyIds,
            cancellationToken,
            reader =>
            {
                var study = StudyRows.Read(reader);
                found[study.StudyId] = study;
            });

        return found;
    }

    public async Task<(TargetPlan Plan, SeenStudy? Seen)?> ReadNextAsync(string studyId, CancellationToken cancellationToken)
    {
        TargetPlan? plan = null;
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(_selectNext, [SqlValue.Text("id", studyId)], cancellationToken, reader => plan = PlanRows.Read(reader, protector));

        return plan is null ? null : (plan, (await ReadSeenAsync(session, [studyId], cancellationToken)).GetValueOrDefault(studyId));
    }

    public async Task<IReadOnlyList<TargetPlan>> ReadPlansAsync(string studyId, CancellationToken cancellationToken)
    {
        var plans = new List<TargetPlan>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(_selectPlans, [SqlValue.Text("id", studyId)], cancellationToken, reader => plans.Add(PlanRows.Read(reader, protector)));

        return plans;
    }

    public async Task RenewAsync(string studyId, string owner, TimeSpan lease, long? attempted, CancellationToken cancellationToken)
    {
        await using var session = attempted is null
            ? await database.BeginRelaxedAsync(cancellationToken)
            : await database.BeginAsync(cancellationToken);
        session.Add(_renew, [SqlValue.Text("id", studyId), SqlValue.Text("owner", owner), Microseconds("lease", lease)], rowsExpected: 1);

        if (attempted is { } position)
        {
            session.Add(_attempt, [SqlValue.Number("position", position)], rowsExpected: 1);
        }

        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task NoteAcceptanceAsync(CancellationToken cancellationToken)
    {
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunAsync(_accept, [], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<StudyFailures> NoteFailureAsync(
        string studyId, string owner, bool isOfStudy, bool isConflict, CancellationToken cancellationToken)
    {
        StudyFailures? failures = null;
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(
            _selectFailures,
            [SqlValue.Text("id", studyId), SqlValue.Text("owner", owner)],
            cancellationToken,
            reader => failures = ReadFailures(reader).Count(
                isOfStudy, isConflict, StoreTime.FromMicroseconds(reader.GetInt64(4)), reader.TimeOrNull(5)));

        if (failures is null)
        {
            throw new StoreConflictException("Somebody else has the study by now.");
        }

        session.Add(
            _writeFailures,
            [
                SqlValue.Text("id", studyId), SqlValue.Text("owner", owner), SqlValue.Number("conflicts", failures.Conflicts),
                SqlValue.Number("alone", failures.Alone), Microseconds("alone_for", failures.AloneFor), SqlValue.Time("failed_at", failures.FailedAt),
            ],
            rowsExpected: 1);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);

        return failures;
    }

    public async Task ForgetFailuresAsync(string studyId, string owner, bool keepsTime, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunAsync(
            _forget,
            [SqlValue.Text("id", studyId), SqlValue.Text("owner", owner), SqlValue.Number("kept", keepsTime ? 1 : 0)],
            cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task ReleaseAsync(string studyId, string owner, TimeSpan? rest, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        SqlValue[] whose = [SqlValue.Text("id", studyId), SqlValue.Text("owner", owner)];

        if (rest is { } wait)
        {
            session.Add(_rest, [.. whose, Microseconds("rest", wait)]);
        }
        else
        {
            session.Add(_release, whose);
        }

        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyDictionary<string, SeenStudy>> ReadSeenAsync(IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken)
    {
        await using var session = await database.ReadAsync(cancellationToken);
        return await ReadSeenAsync(session, studyIds, cancellationToken);
    }

    public async Task<IReadOnlySet<string>> FindPlannedAsync(IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunRowsAsync(_selectPlanned, studyIds, cancellationToken, reader => found.Add(reader.GetString(0)));

        return found;
    }

    public async Task<long> CountPlansAsync(CancellationToken cancellationToken)
    {
        var count = 0L;
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(_count, [], cancellationToken, reader => count = reader.GetInt64(0));

        return count;
    }

    public async Task<string?> ReadMetaAsync(string key, CancellationToken cancellationToken)
    {
        string? value = null;
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(_selectMeta, [SqlValue.Text("key", key)], cancellationToken, reader => value = reader.GetString(0));

        return value;
    }

    public async Task WriteMetaAsync(string key, string value, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await StoreMeta.WriteAsync(session, key, value, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private static async Task<Dictionary<string, SeenStudy>> ReadSeenAsync(
        SqlSession session, IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, SeenStudy>(StringComparer.Ordinal);
        await session.RunRowsAsync(
            _selectSeen, studyIds, cancellationToken, reader => seen[reader.GetString(0)] = PlanJson.ReadSeen(reader.Bytes(1)));

        return seen;
    }

    private static StudyFailures ReadFailures(DbDataReader reader) => new(
        (int)reader.GetInt64(0), (int)reader.GetInt64(1), TimeSpan.FromMicroseconds(reader.GetInt64(2)), reader.TimeOrNull(3));

    private static SqlValue Microseconds(string name, TimeSpan span) => SqlValue.Number(name, (long)span.TotalMicroseconds);
}
