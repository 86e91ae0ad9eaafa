using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class DeadLetterStore(Database database, DataProtector protector, TimeProvider time) : IDeadLetterStore
{
    private static readonly Statement _select = new(
        $"select {DeadLetterRows.Summary}, body, headers, error from dead_letters where id = @id");

    private static readonly Statement _selectAttempts = new(
        "select at, who, why, outcome, detail from dead_letter_attempts where dead_letter_id = @id order by id");

    private static readonly Statement _count = new(
        "update dead_letters set attempts = attempts + 1 where id = @id returning id");

    private static readonly Statement<(string Id, DeadLetterAttempt Attempt)> _insertAttempt = new(
        """
        insert into dead_letter_attempts (dead_letter_id, at, who, why, outcome, detail)
        select d.id, r.at, r.who, r.why, r.outcome, r.detail from {rows} join dead_letters d on d.id = r.dead_letter_id
        """,
        Column<(string Id, DeadLetterAttempt Attempt)>.Text("dead_letter_id", row => row.Id),
        Column<(string Id, DeadLetterAttempt Attempt)>.Time("at", row => row.Attempt.At),
        Column<(string Id, DeadLetterAttempt Attempt)>.Text("who", row => row.Attempt.Who),
        Column<(string Id, DeadLetterAttempt Attempt)>.Text("why", row => row.Attempt.Why),
        Column<(string Id, DeadLetterAttempt Attempt)>.Text("outcome", row => row.Attempt.Outcome),
        Column<(string Id, DeadLetterAttempt Attempt)>.Json("detail", row => row.Attempt.Detail));

    private static readonly Statement _close = new($"""
        update dead_letters set status = @status, closed_at = @now, closed_reason = @reason
        where id = @id and status = '{DeadLetterStatus.Open}'
        returning id
        """);

    public async Task<IReadOnlyList<DeadLetterSummary>> ListAsync(
        DeadLetterFilter filter, int limit, DeadLetterSummary? after, CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetterSummary>();
        var where = new Conditions()
            .Add("status = @status", SqlValue.Text("status", filter.Status))
            .Add("code = @code", SqlValue.Text("code", filter.Code))
            .Add("source_id = @source_id", SqlValue.Text("source_id", filter.SourceId))
            .Add("message_key = @message_key", SqlValue.Text("message_key", filter.MessageKey))
            .Add("received_at <= @after_at", SqlValue.Time("after_at", after?.ReceivedAt))
            .Add("(received_at < @after_at or id < @after_id)", SqlValue.Text("after_id", after?.Id));

        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(
            new Statement($"select {DeadLetterRows.Summary} from dead_letters where {where.Text} order by received_at desc, id desc limit @max"),
            where.ParametersWith(SqlValue.Number("max", limit)),
            cancellationToken,
            reader => letters.Add(DeadLetterRows.ReadSummary(reader)));

        return letters;
    }

    public async Task<DeadLetterCase?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var attempts = new List<DeadLetterAttempt>();
        DeadLetterCase? letter = null;
        await using var session = await database.ReadAsync(cancellationToken);
        session.Add(_selectAttempts, [SqlValue.Text("id", id)], reader => attempts.Add(new DeadLetterAttempt(
            reader.Time(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.Bytes(4))));
        session.Add(_select, [SqlValue.Text("id", id)], reader => letter = DeadLetterRows.ReadCase(reader, attempts, protector));
        await session.RunAsync(cancellationToken);

        return letter;
    }

    public async Task AddAsync(DeadLetterEntry entry, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunRowsAsync(DeadLetterRows.Insert, [DeadLetterRows.Seal(entry, protector)], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<bool> AddAttemptAsync(string id, DeadLetterAttempt attempt, CancellationToken cancellationToken)
    {
        var isFound = false;
        await using var session = await database.BeginAsync(cancellationToken);
        session.Add(_count, [SqlValue.Text("id", id)], _ => isFound = true);
        session.AddRows(_insertAttempt, [(id, attempt)]);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);

        return isFound;
    }

    public async Task<bool> CloseAsync(string id, string status, string? reason, CancellationToken cancellationToken)
    {
        var isClosed = false;
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(
            _close,
            [
                SqlValue.Text("status", status),
                SqlValue.Time("now", time.GetUtcNow()),
                SqlValue.Text("reason", reason),
                SqlValue.Text("id", id),
            ],
            cancellationToken,
            _ => isClosed = true);
        await session.CommitAsync(cancellationToken);

        return isClosed;
    }
}
