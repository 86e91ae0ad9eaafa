namespace IntegrationWorker.Store;

/// <summary>The dead letters, for those who look after them.</summary>
internal interface IDeadLetterStore
{
    /// <summary>Dead letters by time of receipt, the latest first.</summary>
    /// <param name="after">The last one that was seen; null from the start.</param>
    Task<IReadOnlyList<DeadLetterSummary>> ListAsync(
        DeadLetterFilter filter, int limit, DeadLetterSummary? after, CancellationToken cancellationToken);

    /// <summary>One dead letter with its decrypted parts and its attempts, or null.</summary>
    Task<DeadLetterCase?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Adds a dead letter that no batch decided, such as one the broker gave up. One that is there stays as it is.</summary>
    Task AddAsync(DeadLetterEntry entry, CancellationToken cancellationToken);

    /// <summary>Records a replay and counts it. False when there is no such dead letter.</summary>
    Task<bool> AddAttemptAsync(string id, DeadLetterAttempt attempt, CancellationToken cancellationToken);

    /// <summary>Closes an open dead letter. False when there is none: it is unknown, or somebody else has closed it.</summary>
    Task<bool> CloseAsync(string id, string status, string? reason, CancellationToken cancellationToken);
}

/// <summary>Which dead letters to list; null lets all pass.</summary>
internal sealed record DeadLetterFilter(string? Status = null, string? Code = null, string? SourceId = null, string? MessageKey = null);
