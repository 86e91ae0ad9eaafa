using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

internal sealed class DeadLetterStore(Database database, DataProtector protector) : IDeadLetterStore
{
    private const long HourMicroseconds = 3_600_000_000;

    private static readonly Statement _select = new(
        $"select {DeadLetterRows.Case} from dead_letters d {DeadLetterRows.WithRevision} where d.id = @id");

    private static readonly Statement _selectAttempts = new(
        "select at, who, why, outcome, detail, action, code, revision from dead_letter_attempts where dead_letter_id = @id order by id");

    private static readonly Statement _selectLooks = new(
        "select at, who, action from dead_letter_views where dead_letter_id = @id order by id");

    private static readonly Statement _insertLook = new(
        "insert into dead_letter_views (dead_letter_id, at, who, action) values (@id, @at, @who, @action)");

    public async Task<IReadOnlyList<DeadLetterSummary>> ListAsync(
        DeadLetterFilter filter, int limit, DeadLetterSummary? after, CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetterSummary>();
        var where = DeadLetterRows.Where(filter)
            .Add("d.received_at <= @after_at", SqlValue.Time("after_at", after?.ReceivedAt))
            .Add("(d.received_at < @after_at or d.id < @after_id)", SqlValue.Text("after_id", after?.Id));
        var rest = $"{where.Text} order by d.received_at desc, d.id desc limit @max";
        var parameters = where.ParametersWith(SqlValue.Number("max", limit));

        await using var session = await database.ReadAsync(cancellationToken);

        if (filter.Numbers is { } numbers)
        {
            session.AddRows(
                new Statement<LinkKey>(
                    $$"""
                    select {{DeadLetterRows.Summary}} from dead_letters d
                    where d.id in (select k.dead_letter_id from {rows} join dead_letter_keys k on k.kind = r.kind and k.value = r.value)
                        and {{rest}}
                    """,
                    LinkRows.Keys),
                numbers,
                parameters,
                reader => letters.Add(DeadLetterRows.ReadSummary(reader)));
        }
        else if (filter.MessageKeys is { } keys)
        {
            session.AddRows(
                new Statement<string>(
                    $$"""select {{DeadLetterRows.Summary}} from dead_letters d where d.message_key in (select r.key from {rows}) and {{rest}}""",
                    LedgerRows.Keys),
                keys,
                parameters,
                reader => letters.Add(DeadLetterRows.ReadSummary(reader)));
        }
        else
        {
            session.Add(
                new Statement($"select {DeadLetterRows.Summary} from dead_letters d where {rest}"),
                parameters,
                reader => letters.Add(DeadLetterRows.ReadSummary(reader)));
        }

        await session.RunAsync(cancellationToken);
        return letters;
    }

    public async Task<IReadOnlyList<CauseCount>> CountByCauseAsync(string? status, CancellationToken cancellationToken)
    {
        var counts = new List<CauseCount>();
        var where = new Conditions().Add("status = @status", SqlValue.Text("status", status));

        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(
            new Statement($"""
                select code, source_id, location, cause, received_at / {HourMicroseconds}, count(*), min(received_at), max(received_at)
                from dead_letters where {where.Text}
                group by code, source_id, location, cause, received_at / {HourMicroseconds}
                """),
            where.ParametersWith(),
            cancellationToken,
            reader => counts.Add(new CauseCount(
                new CauseKey(reader.GetString(0), reader.GetString(1), reader.Text(2), reader.GetString(3)),
                StoreTime.FromMicroseconds(reader.GetInt64(4) * HourMicroseconds),
                reader.GetInt64(5),
                reader.Time(6),
                reader.Time(7))));

        return counts;
    }

    public async Task<DeadLetterCase?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var attempts = new List<DeadLetterAttempt>();
        DeadLetterCase? letter = null;
        await using var session = await database.ReadAsync(cancellationToken);
        session.Add(_selectAttempts, [SqlValue.Text("id", id)], reader => attempts.Add(
            new DeadLetterAttempt(reader.Time(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.Bytes(4))
            {
                Action = reader.GetString(5),
                Code = reader.Text(6),
                Revision = (int)reader.GetInt64(7),
            }));
        session.Add(_select, [SqlValue.Text("id", id)], reader => letter = DeadLetterRows.ReadCase(reader, attempts, protector));
        await session.RunAsync(cancellationToken);

        return letter;
    }

    public async Task<IReadOnlyList<DeadLetterCase>> GetAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var found = new List<DeadLetterCase>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunRowsAsync(DeadLetterRows.SelectCases, ids, cancellationToken, reader => found.Add(DeadLetterRows.ReadCase(reader, [], protector)));

        return found;
    }

    public async Task AddAsync(DeadLetterEntry entry, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        session.AddRows(DeadLetterRows.Insert, [DeadLetterRows.Seal(entry, protector)]);
        CaseRows.AddKeys(session, [entry]);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<bool> StepAsync(CaseStep step, CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await database.BeginAsync(cancellationToken);
            CaseRows.Add(session, [step]);
            await session.RunAsync(cancellationToken);
            await session.CommitAsync(cancellationToken);

            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }

    public async Task AddLookAsync(string id, DeadLetterLook look, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(
            _insertLook,
            [SqlValue.Text("id", id), SqlValue.Time("at", look.At), SqlValue.Text("who", look.Who), SqlValue.Text("action", look.Action)],
            cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<DeadLetterLook>> LooksAsync(string id, CancellationToken cancellationToken)
    {
        var looks = new List<DeadLetterLook>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(
            _selectLooks,
            [SqlValue.Text("id", id)],
            cancellationToken,
            reader => looks.Add(new DeadLetterLook(reader.Time(0), reader.GetString(1), reader.GetString(2))));

        return looks;
    }
}
