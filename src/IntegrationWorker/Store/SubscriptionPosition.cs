namespace IntegrationWorker.Store;

/// <summary>How far a FHIR subscription was followed. docs/mapping.md §7.4.</summary>
internal sealed record SubscriptionPosition
{
    public required string SourceId { get; init; }

    public required string SubscriptionId { get; init; }

    /// <summary>Highest event number up to which all were seen.</summary>
    public required long Position { get; init; }

    /// <summary>Numbers above <see cref="Position"/> that were seen, ascending.</summary>
    public IReadOnlyList<long> Seen { get; init; } = [];

    public required DateTimeOffset LastHeardAt { get; init; }

    /// <summary>When a gap was first noticed and not closed yet; null when there is none.</summary>
    public DateTimeOffset? GapSince { get; init; }
}
