using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The tables of the replay jobs.</summary>
internal static class ReplayRows
{
    /// <summary>What <see cref="ReadJob"/> needs.</summary>
    public const string Job = """
        id, created_at, who, why, selection, rate, stop_percent, has_canary, state, reason, total, done, rejected, changed, ended_at, lease_holder,
        lease_until
        """;

    // The lease is renewed by whoever still holds it, while the job runs: else the whole transaction is given up.
    private static readonly Statement _updateJob = new($"""
        update replay_jobs set done = done + @done, rejected = rejected + @rejected, changed = changed + @changed, lease_until = @lease_until
        where id = @job_id and state = '{ReplayJobState.Running}' and lease_holder = @holder
        """);

    // Begins with the rows, by their whole key: the items of the job would be read for each row anew otherwise.
    private static readonly Statement<(string JobId, ReplayedItem Item)> _updateItems = new(
        """
        update replay_items set outcome = r.outcome, receipt = r.receipt
        from {rows}
        where replay_items.job_id = r.job_id and replay_items.position = r.position and coalesce(replay_items.outcome, '') = ''
        """,
        Column<(string JobId, ReplayedItem Item)>.Text("job_id", row => row.JobId),
        Column<(string JobId, ReplayedItem Item)>.Number("position", row => row.Item.Position),
        Column<(string JobId, ReplayedItem Item)>.Text("outcome", row => row.Item.Outcome),
        Column<(string JobId, ReplayedItem Item)>.Json("receipt", row => row.Item.Receipt));

    // Counting the items for everybody who looks at the job would cost as much as replaying a batch of them.
    private static readonly Statement<(string JobId, string Outcome, long Count)> _addOutcomes = new(
        """
        insert into replay_outcomes (job_id, outcome, count)
        select r.job_id, r.outcome, r.count from {rows} where true
        on conflict (job_id, outcome) do update set count = replay_outcomes.count + excluded.count
        """,
        Column<(string JobId, string Outcome, long Count)>.Text("job_id", row => row.JobId),
        Column<(string JobId, string Outcome, long Count)>.Text("outcome", row => row.Outcome),
        Column<(string JobId, string Outcome, long Count)>.Number("count", row => row.Count));

    /// <summary>Queues the progress of a job. Running it fails with a conflict when somebody else drives it, or an item was replayed already.</summary>
    public static void Add(SqlSession session, ReplayProgress progress)
    {
        session.Add(
            _updateJob,
            [
                SqlValue.Number("done", progress.Items.Count),
                SqlValue.Number("rejected", progress.Rejected),
                SqlValue.Number("changed", progress.Changed),
                SqlValue.Time("lease_until", progress.LeaseUntil),
                SqlValue.Text("job_id", progress.JobId),
                SqlValue.Text("holder", progress.Holder),
            ],
            rowsExpected: 1);
        session.AddRows(_updateItems, [.. progress.Items.Select(item => (progress.JobId, item))], rowsExpected: progress.Items.Count);
        session.AddRows(_addOutcomes, [.. progress.Items.CountBy(item => item.Outcome!).Select(count => (progress.JobId, count.Key, (long)count.Value))]);
    }

    public static ReplayJob ReadJob(DbDataReader reader) => new()
    {
        Id = reader.GetString(0),
        CreatedAt = reader.Time(1),
        Who = reader.GetString(2),
        Why = reader.GetString(3),
        Selection = reader.GetString(4),
        Rate = (int)reader.GetInt64(5),
        StopPercent = (int)reader.GetInt64(6),
        HasCanary = reader.GetInt64(7) != 0,
        State = reader.GetString(8),
        Reason = reader.Text(9),
        Total = reader.GetInt64(10),
        Done = reader.GetInt64(11),
        Rejected = reader.GetInt64(12),
        Changed = reader.GetInt64(13),
        EndedAt = reader.TimeOrNull(14),
        LeaseHolder = reader.Text(15),
        LeaseUntil = reader.TimeOrNull(16),
    };
}
