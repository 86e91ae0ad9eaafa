namespace IntegrationWorker.Store;

/// <summary>What time does to the store.</summary>
internal interface IStoreMaintenance
{
    /// <summary>Parked units whose time is over, the longest waiting first. Nothing is locked or removed.</summary>
    /// <remarks>
    /// The caller opens a batch, loads the studies by the units' keys (that locks them), decides about those that
    /// are still parked there, and removes them by saving the batch.
    /// </remarks>
    Task<IReadOnlyList<ParkedUnit>> FindExpiredParkedAsync(DateTimeOffset now, int max, CancellationToken cancellationToken);

    /// <summary>Deletes what is kept no longer, at most <paramref name="max"/> rows of each kind.</summary>
    /// <returns>How many rows were deleted; zero when nothing is left to delete.</returns>
    Task<long> PurgeAsync(RetentionCutOffs cutOffs, int max, CancellationToken cancellationToken);
}

/// <summary>What is older than its instant may go; null keeps all.</summary>
/// <param name="Messages">Message records, by receipt. Those that parked units or open dead letters belong to stay.</param>
/// <param name="History">Entries of the history, by their time.</param>
/// <param name="ClosedDeadLetters">Closed dead letters with their attempts, by the time of closing, and replay jobs, by their end. Open ones stay.</param>
/// <param name="PublishedEvents">Published events, by creation.</param>
/// <param name="ClosedGaps">Gaps in the event numbers of subscriptions, by the time when they were made good. Open ones stay.</param>
internal sealed record RetentionCutOffs(
    DateTimeOffset? Messages, DateTimeOffset? History, DateTimeOffset? ClosedDeadLetters, DateTimeOffset? PublishedEvents, DateTimeOffset? ClosedGaps);
