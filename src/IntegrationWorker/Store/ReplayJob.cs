namespace IntegrationWorker.Store;

/// <summary>Where a replay job stands.</summary>
internal static class ReplayJobState
{
    /// <summary>Whoever holds the lease drives it.</summary>
    public const string Running = "running";

    /// <summary>A person has halted it.</summary>
    public const string Paused = "paused";

    /// <summary>It has halted itself: too much was rejected again. A person resumes or cancels it.</summary>
    public const string Stopped = "stopped";

    /// <summary>Given up; what was not replayed is open again.</summary>
    public const string Cancelled = "cancelled";

    public const string Done = "done";

    public static bool IsOver(string state) => state is Cancelled or Done;
}

/// <summary>The replay of a frozen list of dead letters.</summary>
internal sealed record ReplayJob
{
    /// <summary><c>rpj_</c> and 32 hex digits.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string Who { get; init; }

    public required string Why { get; init; }

    /// <summary>What was asked for, for people.</summary>
    public required string Selection { get; init; }

    /// <summary>Dead letters per second once the canaries are through; 0 for as fast as the store takes them.</summary>
    public required int Rate { get; init; }

    /// <summary>The job stops when more than this share is rejected again; 100: never.</summary>
    public required int StopPercent { get; init; }

    /// <summary>One, then ten are tried before the rest.</summary>
    public required bool HasCanary { get; init; }

    /// <summary>One of <see cref="ReplayJobState"/>.</summary>
    public string State { get; init; } = ReplayJobState.Running;

    /// <summary>Why it stands still; null while it runs.</summary>
    public string? Reason { get; init; }

    public long Total { get; init; }

    public long Done { get; init; }

    /// <summary>Rejected again, or failed.</summary>
    public long Rejected { get; init; }

    /// <summary>Those that changed a study.</summary>
    public long Changed { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? LeaseHolder { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }
}

/// <summary>A dead letter on the list of a job that is not replayed yet.</summary>
/// <param name="Letter">Null when it was deleted meanwhile.</param>
internal sealed record ReplayItem(long Position, string DeadLetterId, DeadLetterCase? Letter);

/// <summary>A dead letter on the list of a job.</summary>
/// <param name="Outcome">Null: not replayed yet. Else the outcome of the message, <c>failed</c> or <c>skipped</c>.</param>
/// <param name="Receipt">JSON; null where nothing was replayed.</param>
internal sealed record ReplayedItem(long Position, string DeadLetterId, string? Outcome, byte[]? Receipt);

/// <summary>A step of a job: written with what the replay itself has changed, or not at all.</summary>
/// <param name="Holder">Who drives the job; when somebody else does by now, nothing is written.</param>
internal sealed record ReplayProgress(string JobId, string Holder, DateTimeOffset LeaseUntil, IReadOnlyList<ReplayedItem> Items, int Rejected, int Changed);
