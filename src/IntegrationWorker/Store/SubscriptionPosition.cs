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

    /// <summary>The highest number that was seen or that the server has counted to; with <see cref="Position"/> it says what is missing.</summary>
    public long Highest { get; init; }

    /// <summary>What the server says of the subscription: <c>active</c>, <c>error</c>, <c>off</c> …; null when it never did.</summary>
    public string? Status { get; init; }

    public required DateTimeOffset LastHeardAt { get; init; }

    /// <summary>When a gap was first noticed and not closed yet; null when there is none.</summary>
    public DateTimeOffset? GapSince { get; init; }

    /// <summary>The server's time of the last event with none missing before it: what is missing is not older. Null when not known.</summary>
    public DateTimeOffset? ContiguousAt { get; init; }

    /// <summary>The highest number that is missing; <see cref="Position"/> when none is.</summary>
    public long LastMissing
    {
        get
        {
            var last = Math.Max(Highest, Position);

            for (var i = Seen.Count - 1; i >= 0 && Seen[i] == last; i--)
            {
                last--;
            }

            return last;
        }
    }
}
