namespace IntegrationWorker.Store;

/// <summary>What is to be done about FHIR servers: what has to be read, how far was read, which events are missing.</summary>
internal interface IFhirWorkStore
{
    /// <summary>True when this process, and no other one, does the work of a source: from now on, or already.</summary>
    Task<bool> TryLeadAsync(string sourceId, CancellationToken cancellationToken);

    /// <summary>Asks for something to be read.</summary>
    Task AskAsync(IReadOnlyCollection<FhirFetch> fetches, CancellationToken cancellationToken);

    /// <summary>What is due, the longest waiting first.</summary>
    Task<IReadOnlyList<FhirFetch>> FindDueAsync(string sourceId, DateTimeOffset now, int max, CancellationToken cancellationToken);

    /// <summary>It was read. It stays when it was asked for once more meanwhile.</summary>
    Task DoneAsync(FhirFetch fetch, CancellationToken cancellationToken);

    /// <summary>It could not be read; it is due again later.</summary>
    Task FailedAsync(FhirFetch fetch, string code, DateTimeOffset dueAt, CancellationToken cancellationToken);

    /// <summary>How much waits for each source, with the code of a failure among it.</summary>
    Task<IReadOnlyList<WaitingFetches>> CountWaitingAsync(CancellationToken cancellationToken);

    /// <summary>Up to when everything was found; null when nobody has searched yet.</summary>
    Task<DateTimeOffset?> FindWatermarkAsync(string sourceId, string criteria, CancellationToken cancellationToken);

    Task SetWatermarkAsync(string sourceId, string criteria, DateTimeOffset searchedTo, CancellationToken cancellationToken);

    /// <summary>All subscriptions of a source, or of all.</summary>
    Task<IReadOnlyList<SubscriptionPosition>> PositionsAsync(string? sourceId, CancellationToken cancellationToken);

    /// <summary>Gaps that are open, of a source.</summary>
    Task<IReadOnlyList<SubscriptionGap>> OpenGapsAsync(string sourceId, CancellationToken cancellationToken);

    /// <summary>Gaps of a subscription, the newest first.</summary>
    /// <param name="sourceId">Null: of any source.</param>
    Task<IReadOnlyList<SubscriptionGap>> GapsAsync(string subscriptionId, string? sourceId, int max, CancellationToken cancellationToken);

    /// <summary>Writes a gap down, new or changed.</summary>
    Task SaveGapAsync(SubscriptionGap gap, CancellationToken cancellationToken);
}

/// <summary>What waits to be read from the server of a source.</summary>
/// <param name="Code">Of a failure among it; null when nothing has failed.</param>
internal sealed record WaitingFetches(string SourceId, long Count, DateTimeOffset Since, string? Code);
