using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class OutboxStore(Database database, TimeProvider time) : IOutboxStore
{
    private const string Sweeper = "outbox-sweeper";

    // By so much the clocks of workers may differ.
    private static readonly TimeSpan _clocksDiffer = TimeSpan.FromSeconds(30);

    // Reading what others have not published yet costs more than waiting for them when it is as much as this.
    private const int OthersMax = 8_192;

    private const int RangesMax = 512;

    private static readonly Statement _selectRanges = new($"""
        select {RangeRows.Selected} from outbox_unpublished u where u.first_position <= @highest order by u.first_position limit @max
        """);

    // By number instead of by range: so each is found by the index, whatever a database believes about ranges.
    private static readonly Statement<long> _select = new(
        $$"""select {{OutboxRows.Selected}} from {rows} join outbox o on o.position = r.position order by o.position""", OutboxRows.Positions);

    private static readonly Statement<long> _selectStudies = new(
        "select o.position, o.study_id from {rows} join outbox o on o.position = r.position", OutboxRows.Positions);

    // What was committed together is mostly published together: then no part of a range is left.
    private static readonly Statement<PositionRange> _takeWholeRanges = new(
        $$"""
        delete from outbox_unpublished
        where first_position >= @lowest and first_position <= @highest
          and exists (
            select 1 from {rows}
            where r.first_position <= outbox_unpublished.first_position and r.last_position >= outbox_unpublished.last_position)
        returning last_position - first_position + 1
        """,
        RangeRows.Positions);

    private static readonly Statement<PositionRange> _takeRanges = new(
        $$"""
        delete from outbox_unpublished
        where first_position <= @highest and last_position >= @lowest
          and exists (
            select 1 from {rows}
            where r.first_position <= outbox_unpublished.last_position and r.last_position >= outbox_unpublished.first_position)
        returning first_position, last_position, created_at
        """,
        RangeRows.Positions);

    private static readonly Statement _readAfter = new($"""
        select {OutboxRows.Selected} from outbox o where o.position > @after order by o.position limit @max
        """);

    // Looks at the oldest rows only: where these are too young, all are. The latest one stays: the next position follows it.
    private static readonly Statement _delete = new("""
        delete from outbox
        where position in (select position from outbox order by position limit @max)
          and position < (select max(position) from outbox)
          and created_at < @before
          and not exists (
            select 1 from outbox_unpublished u where outbox.position between u.first_position and u.last_position)
        returning position
        """);

    public async Task<IReadOnlyList<OutboxEntry>> TakeUnpublishedAsync(
        TimeSpan olderThan, int max, CancellationToken cancellationToken)
    {
        if (!await database.TryLeadAsync(Sweeper, cancellationToken))
        {
            return [];
        }

        var entries = await ReadUnheldAsync(olderThan, max, cancellationToken);

        if (entries.Count == 0)
        {
            await database.ResignAsync(Sweeper);
        }

        return entries;
    }

    public async Task<IReadOnlyDictionary<long, bool>> FindPendingAsync(IReadOnlyCollection<OutboxEntry> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return new Dictionary<long, bool>();
        }

        await using var session = await database.ReadAsync(cancellationToken);
        var ranges = await RangesAsync(session, events.Max(entry => entry.Position), RangesMax, cancellationToken);
        var unpublished = new PositionSet(ranges.Select(range => range.Positions));
        var others = unpublished.Without(PositionSet.Of(events.Select(entry => entry.Position)));

        if (ranges.Count == RangesMax || others.Count > OthersMax)
        {
            return events.ToDictionary(entry => entry.Position, _ => false);
        }

        // Of each study the oldest event that somebody else has to publish first.
        var oldest = new Dictionary<string, long>(StringComparer.Ordinal);
        await session.RunRowsAsync(_selectStudies, [.. others.Positions], cancellationToken, reader =>
        {
            var (position, studyId) = (reader.GetInt64(0), reader.GetString(1));
            oldest[studyId] = Math.Min(position, oldest.GetValueOrDefault(studyId, long.MaxValue));
        });

        return events
            .Where(entry => unpublished.Contains(entry.Position))
            .ToDictionary(entry => entry.Position, entry => oldest.GetValueOrDefault(entry.StudyId, long.MaxValue) > entry.Position);
    }

    public async Task MarkPublishedAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken)
    {
        if (positions.Count == 0)
        {
            return;
        }

        var published = PositionSet.Of(positions);

        if (await TakeWholeRangesAsync(published, cancellationToken) < published.Count)
        {
            await TakeRangesAsync(published, cancellationToken);
        }
    }

    /// <returns>How many positions there were in them.</returns>
    private async Task<long> TakeWholeRangesAsync(PositionSet published, CancellationToken cancellationToken)
    {
        var taken = 0L;
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        session.AddRows(_takeWholeRanges, published.Ranges, BoundsOf(published), reader => taken += reader.GetInt64(0));
        await session.CommitAsync(cancellationToken);

        return taken;
    }

    private async Task TakeRangesAsync(PositionSet published, CancellationToken cancellationToken)
    {
        var left = new List<UnpublishedRange>();
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        session.AddRows(
            _takeRanges,
            published.Ranges,
            BoundsOf(published),
            reader =>
            {
                var range = RangeRows.Read(reader);
                var rest = new PositionSet([range.Positions]).Without(published);
                left.AddRange(rest.Ranges.Select(positions => range with { Positions = positions }));
            });
        await session.RunAsync(cancellationToken);
        await session.RunRowsAsync(RangeRows.Insert, left, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private static SqlValue[] BoundsOf(PositionSet positions) =>
        [SqlValue.Number("lowest", positions.Ranges[0].First), SqlValue.Number("highest", positions.Ranges[^1].Last)];

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

    // Older events of a study have lower positions, so they are in the list too; one of them that is still young (its publisher may
    // be at it) holds back the later ones. One of the future was written before the clock was set back: nobody is at it, and it
    // must not wait until the clock gets there again.
    private async Task<IReadOnlyList<OutboxEntry>> ReadUnheldAsync(TimeSpan olderThan, int max, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var session = await database.ReadAsync(cancellationToken);
        var ranges = await RangesAsync(session, long.MaxValue, max, cancellationToken);
        var young = new PositionSet(
            ranges.Where(range => range.CreatedAt > now - olderThan && range.CreatedAt <= now + _clocksDiffer).Select(range => range.Positions));
        var held = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<OutboxEntry>();
        await session.RunRowsAsync(
            _select, [.. new PositionSet(ranges.Select(range => range.Positions)).Positions.Take(max)], cancellationToken, reader =>
            {
                var entry = OutboxRows.Read(reader);

                if (held.Contains(entry.StudyId) || young.Contains(entry.Position))
                {
                    held.Add(entry.StudyId);
                }
                else
                {
                    entries.Add(entry);
                }
            });

        return entries;
    }

    private static async Task<List<UnpublishedRange>> RangesAsync(SqlSession session, long highest, int max, CancellationToken cancellationToken)
    {
        var ranges = new List<UnpublishedRange>();
        await session.RunAsync(
            _selectRanges,
            [SqlValue.Number("highest", highest), SqlValue.Number("max", max)],
            cancellationToken,
            reader => ranges.Add(RangeRows.Read(reader)));

        return ranges;
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
