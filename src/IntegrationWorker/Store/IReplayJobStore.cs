namespace IntegrationWorker.Store;

/// <summary>The replay jobs with their frozen lists.</summary>
internal interface IReplayJobStore
{
    /// <summary>Freezes the list of a job, the oldest dead letter first. Open ones are <c>replaying</c> from then on, and on no other list.</summary>
    /// <param name="ids">Only these; null for all that the filter lets pass.</param>
    /// <param name="filter">Its status: <c>open</c>, or null for all but discarded ones and those on another list.</param>
    /// <returns>The job with its total.</returns>
    Task<ReplayJob> CreateAsync(ReplayJob job, IReadOnlyCollection<string>? ids, DeadLetterFilter filter, CancellationToken cancellationToken);

    Task<ReplayJob?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Jobs, the latest first.</summary>
    Task<IReadOnlyList<ReplayJob>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>The list of a job in its order.</summary>
    /// <param name="after">The last position that was seen; 0 from the start.</param>
    Task<IReadOnlyList<ReplayedItem>> ItemsAsync(string id, long after, int limit, CancellationToken cancellationToken);

    /// <summary>How many there are of each outcome among those that are replayed.</summary>
    Task<IReadOnlyDictionary<string, long>> OutcomesAsync(string id, CancellationToken cancellationToken);

    /// <summary>A running job that nobody drives, or null.</summary>
    Task<string?> FindFreeAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Takes or renews the lease of a running job. Null when somebody else has it, or it does not run.</summary>
    Task<ReplayJob?> TryTakeAsync(string id, string holder, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Gives the lease back.</summary>
    Task ReleaseAsync(string id, string holder, CancellationToken cancellationToken);

    /// <summary>The next ones on the list that are not replayed yet, with their messages.</summary>
    /// <param name="after">A position on the list; 0: from its start.</param>
    Task<IReadOnlyList<ReplayItem>> PendingAsync(string id, long after, int max, CancellationToken cancellationToken);

    /// <summary>Records progress that no batch of messages goes with.</summary>
    /// <exception cref="StoreConflictException">Somebody else drives the job by now, or it does not run.</exception>
    Task AddProgressAsync(ReplayProgress progress, IReadOnlyCollection<CaseStep> steps, CancellationToken cancellationToken);

    /// <summary>Takes a job from one of these states to another. Ending it opens what was not replayed. False when it is in none of them.</summary>
    Task<bool> SetStateAsync(string id, IReadOnlyCollection<string> from, string to, string? reason, DateTimeOffset now, CancellationToken cancellationToken);
}
