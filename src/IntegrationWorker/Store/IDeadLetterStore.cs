namespace IntegrationWorker.Store;

/// <summary>The dead letters, for those who look after them.</summary>
internal interface IDeadLetterStore
{
    /// <summary>Dead letters by time of receipt, the latest first.</summary>
    /// <param name="after">The last one that was seen; null from the start.</param>
    Task<IReadOnlyList<DeadLetterSummary>> ListAsync(
        DeadLetterFilter filter, int limit, DeadLetterSummary? after, CancellationToken cancellationToken);

    /// <summary>How many there are of each cause, hour by hour.</summary>
    /// <param name="status">Null for all.</param>
    Task<IReadOnlyList<CauseCount>> CountByCauseAsync(string? status, CancellationToken cancellationToken);

    /// <summary>One dead letter with its decrypted parts and its attempts, or null.</summary>
    Task<DeadLetterCase?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Dead letters with their decrypted parts, without their attempts, in any order. Those that are not there are left out.</summary>
    Task<IReadOnlyList<DeadLetterCase>> GetAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Adds a dead letter that no batch decided, such as one the broker gave up. One that is there stays as it is.</summary>
    Task AddAsync(DeadLetterEntry entry, CancellationToken cancellationToken);

    /// <summary>Takes a dead letter from one status to the next. False when it is not where the step begins: somebody else was first.</summary>
    Task<bool> StepAsync(CaseStep step, CancellationToken cancellationToken);

    /// <summary>Records that somebody has looked at what the message says.</summary>
    Task AddLookAsync(string id, DeadLetterLook look, CancellationToken cancellationToken);

    /// <summary>Who has looked at what the message says, the first one first.</summary>
    Task<IReadOnlyList<DeadLetterLook>> LooksAsync(string id, CancellationToken cancellationToken);
}

/// <summary>Which dead letters to list; null lets all pass.</summary>
internal sealed record DeadLetterFilter(string? Status = null, string? Code = null, string? SourceId = null, string? MessageKey = null)
{
    /// <summary>Those that failed alike.</summary>
    public CauseKey? Group { get; init; }

    /// <summary>Received at this instant or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Received before this instant.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Those of messages that name one of these numbers.</summary>
    public IReadOnlyList<Studies.LinkKey>? Numbers { get; init; }

    /// <summary>Only those behind which later messages wait.</summary>
    public bool IsHolding { get; init; }

    /// <summary>Those of these messages.</summary>
    public IReadOnlyList<string>? MessageKeys { get; init; }
}

/// <summary>What dead letters that failed alike have in common.</summary>
/// <param name="Cause">The class of value: <c>by=accession</c>; empty when there is none.</param>
internal sealed record CauseKey(string Code, string SourceId, string? Location, string Cause);

/// <summary>How many dead letters of one cause were received in one hour.</summary>
/// <param name="Hour">Its beginning, UTC.</param>
internal sealed record CauseCount(CauseKey Key, DateTimeOffset Hour, long Count, DateTimeOffset First, DateTimeOffset Last);
