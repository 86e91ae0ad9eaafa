namespace IntegrationWorker.Store;

/// <summary>How much of what wants attention lies in the store.</summary>
internal sealed record StoreFigures
{
    /// <summary>Open dead letters by code.</summary>
    public required IReadOnlyDictionary<string, long> OpenDeadLetters { get; init; }

    /// <summary>Units that wait for their study.</summary>
    public required long Parked { get; init; }

    /// <summary>Units that wait behind a dead letter of their study.</summary>
    public required long Held { get; init; }

    /// <summary>Since when the first of those waits; null when there is none.</summary>
    public required DateTimeOffset? HeldSince { get; init; }

    /// <summary>Events that are not published yet.</summary>
    public required long Unpublished { get; init; }

    /// <summary>When the oldest of those was written; null when there is none.</summary>
    public required DateTimeOffset? UnpublishedSince { get; init; }

    /// <summary>Open gaps in the event numbers of subscriptions, by source.</summary>
    public required IReadOnlyDictionary<string, long> OpenGaps { get; init; }

    /// <summary>What is still to be read from FHIR servers, by source.</summary>
    public required IReadOnlyDictionary<string, long> Fetches { get; init; }

    /// <summary>Changes that are still to be brought to the reading platform.</summary>
    public required long Plans { get; init; }
}
