namespace IntegrationWorker.Store;

/// <summary>A step of one dead letter from one status to the next, with the record of it. Both are written, or none.</summary>
/// <param name="From">The status it must have: somebody else may have been first.</param>
internal sealed record CaseStep(string Id, string From, string To, DeadLetterAttempt Attempt)
{
    public DateTimeOffset? ClosedAt { get; init; }

    public string? ClosedReason { get; init; }

    /// <summary>What is wrong with it now; null when that is as before.</summary>
    public CaseError? Error { get; init; }

    /// <summary>The edit that replays take from now on; null when that is as before.</summary>
    public int? Revision { get; init; }

    /// <summary>The edit that waits for approval from now on, 0 for none; null when that is as before.</summary>
    public int? Draft { get; init; }

    public bool IsReplay => Attempt.Action == DeadLetterActions.Replay;
}

/// <summary>Why a case fails.</summary>
internal sealed record CaseError(string Code, string? Location, string Cause);
