using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class StoreMaintenance(Database database, IOutboxStore outbox, DataProtector protector) : IStoreMaintenance
{
    private static readonly Statement _selectExpired = new($"""
        select {ParkedRows.Selected} from parked p where p.expires_at <= @now order by p.expires_at limit @max
        """);

    // Those that are being replayed wait for their end, too.
    private const string Waiting = $"'{DeadLetterStatus.Open}', '{DeadLetterStatus.Replaying}'";

    // One delete looks at the oldest rows only. Records that stay among them are few: units park for two weeks,
    // records are kept for a month.
    // A record that a batch is changing at the moment is left for the next time: neither waits for the other.
    private static readonly Statement _deleteMessages = new($$"""
        delete from messages
        where key in (
            select m.key from messages m
            where m.received_at < @before
              and not exists (
                  select 1 from dead_letters d where d.message_key = m.key and d.status in ({{Waiting}}))
              and not exists (select 1 from parked p where p.message_key = m.key)
              and not exists (select 1 from held_units u where u.message_key = m.key)
            order by m.received_at
            limit @max
            {for update of free})
        returning key
        """);

    // The history is in order of time but for the milliseconds that workers' clocks differ.
    private static readonly Statement _deleteHistory = new("""
        delete from history
        where id in (select id from history order by id limit @max) and at < @before
        returning id
        """);

    private static readonly Statement _deleteGaps = new("""
        delete from subscription_gaps
        where (source_id, subscription_id, noticed_at) in (
            select g.source_id, g.subscription_id, g.noticed_at from subscription_gaps g
            where g.closed_at < @before
            order by g.closed_at
            limit @max)
        returning source_id
        """);

    private static readonly Statement _selectClosed = new($"""
        select id from dead_letters
        where status not in ({Waiting}) and closed_at < @before
        order by closed_at
        limit @max
        """);

    private static readonly Statement<string>[] _deleteWithDeadLetters =
    [
        .. new[] { "dead_letter_attempts", "dead_letter_keys", "dead_letter_views", "dead_letter_revisions" }.Select(table => new Statement<string>(
            $$"""delete from {{table}} where dead_letter_id in (select r.id from {rows})""", Column<string>.Text("id", id => id))),
    ];

    private static readonly Statement<string> _deleteDeadLetters = new(
        "delete from dead_letters where id in (select r.id from {rows})", Column<string>.Text("id", id => id));

    private static readonly Statement _selectEndedJobs = new("""
        select id from replay_jobs where ended_at < @before order by ended_at limit @max
        """);

    private static readonly Statement<string>[] _deleteWithJobs =
    [
        .. new[] { "replay_items", "replay_outcomes" }.Select(table => new Statement<string>(
            $$"""delete from {{table}} where job_id in (select r.id from {rows})""", Column<string>.Text("id", id => id))),
    ];

    private static readonly Statement<string> _deleteJobs = new(
        "delete from replay_jobs where id in (select r.id from {rows})", Column<string>.Text("id", id => id));

    public async Task<IReadOnlyList<ParkedUnit>> FindExpiredParkedAsync(DateTimeOffset now, int max, CancellationToken cancellationToken)
    {
        var units = new List<ParkedUnit>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(
            _selectExpired,
            [SqlValue.Time("now", now), SqlValue.Number("max", max)],
            cancellationToken,
            reader => units.Add(ParkedRows.Read(reader, protector)));

        return units;
    }

    public async Task<long> PurgeAsync(RetentionCutOffs cutOffs, int max, CancellationToken cancellationToken) =>
        await DeleteAsync(_deleteMessages, cutOffs.Messages, max, cancellationToken)
        + await DeleteAsync(_deleteHistory, cutOffs.History, max, cancellationToken)
        + await DeleteDeadLettersAsync(cutOffs.ClosedDeadLetters, max, cancellationToken)
        + await DeleteJobsAsync(cutOffs.ClosedDeadLetters, cancellationToken)
        + await DeleteAsync(_deleteGaps, cutOffs.ClosedGaps, max, cancellationToken)
        + (cutOffs.PublishedEvents is { } before ? await outbox.DeletePublishedBeforeAsync(before, max, cancellationToken) : 0);

    private async Task<long> DeleteAsync(Statement statement, DateTimeOffset? before, int max, CancellationToken cancellationToken)
    {
        if (before is null)
        {
            return 0;
        }

        var deleted = 0L;
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunAsync(
            statement, [SqlValue.Time("before", before), SqlValue.Number("max", max)], cancellationToken, _ => deleted++);
        await session.CommitAsync(cancellationToken);

        return deleted;
    }

    // A job may have a list of thousands: one at a time.
    private async Task<long> DeleteJobsAsync(DateTimeOffset? before, CancellationToken cancellationToken)
    {
        if (before is null)
        {
            return 0;
        }

        var ids = new List<string>();
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunAsync(
            _selectEndedJobs, [SqlValue.Time("before", before), SqlValue.Number("max", 1)], cancellationToken, reader => ids.Add(reader.GetString(0)));

        foreach (var statement in _deleteWithJobs)
        {
            session.AddRows(statement, ids);
        }

        session.AddRows(_deleteJobs, ids);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);

        return ids.Count;
    }

    private async Task<long> DeleteDeadLettersAsync(DateTimeOffset? before, int max, CancellationToken cancellationToken)
    {
        if (before is null)
        {
            return 0;
        }

        var ids = new List<string>();
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunAsync(
            _selectClosed,
            [SqlValue.Time("before", before), SqlValue.Number("max", max)],
            cancellationToken,
            reader => ids.Add(reader.GetString(0)));

        foreach (var statement in _deleteWithDeadLetters)
        {
            session.AddRows(statement, ids);
        }

        session.AddRows(_deleteDeadLetters, ids);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);

        return ids.Count;
    }
}
