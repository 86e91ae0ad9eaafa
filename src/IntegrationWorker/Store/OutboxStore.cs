using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class OutboxStore(Database database, TimeProvider time) : IOutboxStore
{
    private const string Sweeper = "outbox-sweeper";

    // By so much the clocks of workers may differ.
    private static readonly TimeSpan _clocksDiffer = TimeSpan.FromSeconds(30);

    // Older events of a study have lower positions, so they are in the list too; one of them that is still young
    // (its publisher may be at it) holds back the later ones. One of the future was written before the clock was set
    // back: nobody is at it, and it must not wait until the clock gets there again.
    private static readonly Statement _take = new($"""
        select {OutboxRows.Selected} from (
            select p.position,
                max(case when p.created_at > @before and p.created_at <= @future then 1 else 0 end)
                    over (partition by p.study_id order by p.position) as is_held
            from (select position, study_id, created_at from outbox_pending order by position limit @max) p) w
        join outbox o on o.position = w.position
        where w.is_held = 0
        order by o.position
        """);

    private static readonly Statement<long> _selectPending = new(
        """
        select p.position, case when exists (
            select 1 from outbox_pending older
            where older.study_id = p.study_id and older.position < p.position
              and older.position not in (select r.position from {rows})) then 0 else 1 end
        from {rows} join outbox_pending p on p.position = r.position
        """,
        OutboxRows.Positions);

    private static readonly Statement<long> _mark = new(
        "delete from outbox_pending where position in (select r.position from {rows})", OutboxRows.Positions);

    private static readonly Statement _readAfter = new($"""
        select {OutboxRows.Selected} from outbox o where o.position > @after order by o.position limit @max
        """);

    // Looks at the oldest rows only: where these are too young, all are. The latest one stays: the next position follows it.
    private static readonly Statement _delete = new("""
        delete from outbox
        where position in (select position from outbox order by position limit @max)
          and position < (select max(position) from outbox)
          and created_at < @before
          and not exists (select 1 from outbox_pending p where p.position = outbox.position)
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
            _take,
            [
                SqlValue.Time("before", time.GetUtcNow() - olderThan),
                SqlValue.Time("future", time.GetUtcNow() + _clocksDiffer),
                SqlValue.Number("max", max),
            ],
            cancellationToken);

        if (entries.Count == 0)
        {
            await database.ResignAsync(Sweeper);
        }

        return entries;
    }

    public async Task<IReadOnlyDictionary<long, bool>> FindPendingAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken)
    {
        var pending = new Dictionary<long, bool>(positions.Count);
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunRowsAsync(
            _selectPending, positions, cancellationToken, reader => pending.Add(reader.GetInt64(0), reader.GetInt32(1) == 1));

        return pending;
    }

    public async Task MarkPublishedAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken)
    {
        if (positions.Count == 0)
        {
            return;
        }

        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunRowsAsync(_mark, positions, cancellationToken);
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
