using System.Data.Common;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class FhirWorkStore(Database database) : IFhirWorkStore
{
    private static readonly Statement _selectDue = new($"""
        select {FetchRows.Selected} from fhir_fetches where source_id = @source_id and due_at <= @now order by due_at limit @max
        """);

    private static readonly Statement _done = new("delete from fhir_fetches where id = @id and asked = @asked");

    private static readonly Statement _failed = new(
        "update fhir_fetches set attempts = attempts + 1, error = @error, due_at = @due_at where id = @id");

    private static readonly Statement _countWaiting = new(
        "select source_id, count(*), min(asked_at), max(error) from fhir_fetches group by source_id order by source_id");

    private static readonly Statement _selectWatermark = new(
        "select searched_to from fhir_watermarks where source_id = @source_id and criteria = @criteria");

    private static readonly Statement _setWatermark = new("""
        insert into fhir_watermarks (source_id, criteria, searched_to) values (@source_id, @criteria, @searched_to)
        on conflict (source_id, criteria) do update set searched_to = excluded.searched_to
        """);

    private static readonly Statement _selectPositions = new(
        $"select {PositionRows.Selected} from subscription_positions order by source_id, subscription_id");

    private static readonly Statement _selectPositionsOfSource = new(
        $"select {PositionRows.Selected} from subscription_positions where source_id = @source_id order by subscription_id");

    private static readonly Statement _selectOpenGaps = new($"""
        select {GapRows.Selected} from subscription_gaps where source_id = @source_id and closed_at is null
        """);

    private static readonly Statement<SubscriptionGap> _saveGap = new(
        """
        insert into subscription_gaps (
            source_id, subscription_id, noticed_at, first_number, last_number, attempts, recovered_by, error, closed_at)
        select
            r.source_id, r.subscription_id, r.noticed_at, r.first_number, r.last_number, r.attempts, r.recovered_by, r.error, r.closed_at
        from {rows} where true
        on conflict (source_id, subscription_id, noticed_at) do update set
            first_number = excluded.first_number, last_number = excluded.last_number, attempts = excluded.attempts,
            recovered_by = excluded.recovered_by, error = excluded.error, closed_at = excluded.closed_at
        """,
        GapRows.Columns);

    public Task<bool> TryLeadAsync(string sourceId, CancellationToken cancellationToken) => database.TryLeadAsync($"fhir/{sourceId}", cancellationToken);

    public async Task AskAsync(IReadOnlyCollection<FhirFetch> fetches, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunRowsAsync(FetchRows.Upsert, FetchRows.Distinct(fetches), cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public Task<IReadOnlyList<FhirFetch>> FindDueAsync(string sourceId, DateTimeOffset now, int max, CancellationToken cancellationToken) =>
        ReadAsync(
            _selectDue,
            [SqlValue.Text("source_id", sourceId), SqlValue.Time("now", now), SqlValue.Number("max", max)],
            FetchRows.Read,
            cancellationToken);

    public Task DoneAsync(FhirFetch fetch, CancellationToken cancellationToken) =>
        WriteAsync(_done, cancellationToken, SqlValue.Text("id", fetch.Id), SqlValue.Number("asked", fetch.Asked));

    public Task FailedAsync(FhirFetch fetch, string code, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        WriteAsync(
            _failed, cancellationToken, SqlValue.Text("error", code), SqlValue.Time("due_at", dueAt), SqlValue.Text("id", fetch.Id));

    public Task<IReadOnlyList<WaitingFetches>> CountWaitingAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            _countWaiting,
            [],
            reader => new WaitingFetches(reader.GetString(0), reader.GetInt64(1), reader.Time(2), reader.Text(3)),
            cancellationToken);

    public async Task<DateTimeOffset?> FindWatermarkAsync(string sourceId, string criteria, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(
            _selectWatermark,
            [SqlValue.Text("source_id", sourceId), SqlValue.Text("criteria", criteria)],
            reader => reader.Time(0),
            cancellationToken);

        return found is [var watermark] ? watermark : null;
    }

    public Task SetWatermarkAsync(string sourceId, string criteria, DateTimeOffset searchedTo, CancellationToken cancellationToken) =>
        WriteAsync(
            _setWatermark,
            cancellationToken,
            SqlValue.Text("source_id", sourceId), SqlValue.Text("criteria", criteria), SqlValue.Time("searched_to", searchedTo));

    public Task<IReadOnlyList<SubscriptionPosition>> PositionsAsync(string? sourceId, CancellationToken cancellationToken) =>
        sourceId is null
            ? ReadAsync(_selectPositions, [], PositionRows.Read, cancellationToken)
            : ReadAsync(_selectPositionsOfSource, [SqlValue.Text("source_id", sourceId)], PositionRows.Read, cancellationToken);

    public Task<IReadOnlyList<SubscriptionGap>> OpenGapsAsync(string sourceId, CancellationToken cancellationToken) =>
        ReadAsync(_selectOpenGaps, [SqlValue.Text("source_id", sourceId)], GapRows.Read, cancellationToken);

    public Task<IReadOnlyList<SubscriptionGap>> GapsAsync(string subscriptionId, string? sourceId, int max, CancellationToken cancellationToken)
    {
        var where = new Conditions()
            .Add("subscription_id = @subscription_id", SqlValue.Text("subscription_id", subscriptionId))
            .Add("source_id = @source_id", SqlValue.Text("source_id", sourceId));

        return ReadAsync(
            new Statement($"select {GapRows.Selected} from subscription_gaps where {where.Text} order by noticed_at desc limit @max"),
            where.ParametersWith(SqlValue.Number("max", max)),
            GapRows.Read,
            cancellationToken);
    }

    public async Task SaveGapAsync(SubscriptionGap gap, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunRowsAsync(_saveGap, [gap], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        Statement statement, SqlValue[] parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var found = new List<T>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(statement, parameters, cancellationToken, reader => found.Add(read(reader)));

        return found;
    }

    private async Task WriteAsync(Statement statement, CancellationToken cancellationToken, params SqlValue[] parameters)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(statement, parameters, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }
}
