namespace IntegrationWorker.Store;

/// <summary>A gap in the event numbers of a subscription. docs/mapping.md §7.4.</summary>
internal sealed record SubscriptionGap
{
    public required string SourceId { get; init; }

    public required string SubscriptionId { get; init; }

    public required DateTimeOffset NoticedAt { get; init; }

    /// <summary>The lowest number that was missing.</summary>
    public required long FirstNumber { get; init; }

    /// <summary>The highest number that was missing.</summary>
    public required long LastNumber { get; init; }

    /// <summary>How often the server was asked.</summary>
    public int Attempts { get; init; }

    /// <summary>One of <see cref="GapRecovery"/>; null when nobody has tried yet.</summary>
    public string? RecoveredBy { get; init; }

    /// <summary>The code of the last failure, or null.</summary>
    public string? Error { get; init; }

    /// <summary>Null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
}

/// <summary>How a gap was made good.</summary>
internal static class GapRecovery
{
    /// <summary>The events came by themselves, late.</summary>
    public const string Late = "late";

    /// <summary>The server was asked for the events (<c>$events</c>).</summary>
    public const string Events = "events";

    /// <summary>What had changed on the server was searched.</summary>
    public const string Search = "search";
}
