using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class OutboxStore(Database database, TimeProvider time) : IOutboxStore
{
    private const string Sweeper = "outbox-sweeper";

    // Older events of a study have lower positions, so they are in the list too; one of them that is still young
    // (its publisher may be at it) holds back the later ones.
    private static readonly Statement _take = new($"""
        select {OutboxRows.Selected} from (
            select {OutboxRows.Selected}, max(created_at) over (partition by study_id order by position) as youngest
            from (select {OutboxRows.Selected} from outbox where published_at is null order by position limit @max) u) w
        where youngest <= @before
        order by position
        """);

    private static readonly Statement<long> _selectPublishable = new(
        """
        select o.position from {rows} join outbox o on o.position = r.position
        where not exists (
            select 1 from outbox older
            where older.study_id = o.study_id and older.position < o.position and older.published_at is null
              and older.position not in (select r.position from {rows}))
        """,
        OutboxRows.Positions);

    private static readonly Statement<long> _mark = new(
        """
        update outbox set published_at = @now
        where position in (select r.position from {rows}) and published_at is null
        """,
        OutboxRows.Positions);

    private static readonly Statement _readAfter = new($"""
        select {OutboxRows.Selected} from outbox where position > @after order by position limit @max
        """);

    // Looks at the oldest rows only: where these are too young, all are.
    private static readonly Statement _delete = new("""
        delete from outbox
        where position in (select position from outbox order by position limit @max)
          and published_at is not null and created_at < @before
        returning position
        """);

    public async Task<IReadOnlyList<OutboxEntry>> TakeUnpublishedAsync(
        TimeSpan olderThan, int max, CancellationToken cancellationToken)
    {
        if (!await database.TryLeadAsync(Sweeper, cancellationToken))
        {
            return [];
        }

        var entries = await ReadAsync(
            _take, [SqlValue.Time("before", time.GetUtcNow() - olderThan), SqlValue.Number("max", max)], cancellationToken);

        if (entries.Count == 0)
        {
            await database.ResignAsync(Sweeper);
        }

        return entries;
    }

    public async Task<IReadOnlySet<long>> FindPublishableAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken)
    {
        var publishable = new HashSet<long>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunRowsAsync(_selectPublishable, positions, cancellationToken, reader => publishable.Add(reader.GetInt64(0)));

        return publishable;
    }

    public async Task MarkPublishedAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken)
    {
        if (positions.Count == 0)
        {
            return;
        }

        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        session.AddRows(_mark, positions, [SqlValue.Time("now", time.GetUtcNow())]);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public Task<IReadOnlyList<OutboxEntry>> ReadAfterAsync(long position, int max, CancellationToken cancellationToken) =>
        ReadAsync(_readAfter, [SqlValue.Number("after", position), SqlValue.Number("max", max)], cancellationToken);

    public async Task<long> DeletePublishedBeforeAsync(DateTimeOffset createdBefore, int max, CancellationToken cancellationToken)
    {
        var deleted = 0L;
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunAsync(
            _delete, [SqlValue.Time("before", createdBefore), SqlValue.Number("max", max)], cancellationToken, _ => deleted++);
        await session.CommitAsync(cancellationToken);

        return deleted;
    }

    private async Task<IReadOnlyList<OutboxEntry>> ReadAsync(
        Statement statement, SqlValue[] parameters, CancellationToken cancellationToken)
    {
        var entries = new List<OutboxEntry>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(statement, parameters, cancellationToken, reader => entries.Add(OutboxRows.Read(reader)));

        return entries;
    }
}
