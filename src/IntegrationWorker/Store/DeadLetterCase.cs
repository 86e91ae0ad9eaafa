namespace IntegrationWorker.Store;

/// <summary>Where a dead letter stands in its life.</summary>
internal static class DeadLetterStatus
{
    /// <summary>Waits for a person. A replay that was rejected again and a restored one are open too; the attempts tell.</summary>
    public const string Open = "open";

    /// <summary>Is on the list of a replay job that is not over.</summary>
    public const string Replaying = "replaying";

    /// <summary>A replay of it was decided about without a rejection.</summary>
    public const string Resolved = "resolved";

    /// <summary>What it says was settled by newer messages.</summary>
    public const string Superseded = "superseded";

    /// <summary>A person has decided that it is not needed.</summary>
    public const string Discarded = "discarded";

    public static readonly string[] All = [Open, Replaying, Resolved, Superseded, Discarded];

    /// <summary>Nobody has to do anything about it any more.</summary>
    public static bool IsClosed(string status) => status is Resolved or Superseded or Discarded;
}

/// <summary>What was done with a dead letter.</summary>
internal static class DeadLetterActions
{
    public const string Replay = "replay";
    public const string Discard = "discard";
    public const string Restore = "restore";
    public const string Supersede = "supersede";
    public const string Edit = "edit";
    public const string Approve = "approve";
    public const string Import = "import";

    /// <summary>What waited behind it goes on without it.</summary>
    public const string Skip = "skip";

    /// <summary>Looked at with its body.</summary>
    public const string Show = "show";

    /// <summary>Written to a file.</summary>
    public const string Export = "export";
}

/// <summary>A dead letter in a list: all but what is encrypted.</summary>
internal sealed record DeadLetterSummary
{
    public required string Id { get; init; }

    public required string MessageKey { get; init; }

    /// <summary>Why it failed last.</summary>
    public required string Code { get; init; }

    public string? Location { get; init; }

    /// <summary>The class of value it failed for: <c>by=accession</c>; empty when there is none.</summary>
    public required string Cause { get; init; }

    /// <summary>Why it failed first, where a replay failed for another reason; null otherwise.</summary>
    public string? FirstCode { get; init; }

    public required string SourceId { get; init; }

    public required string MessageType { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string Door { get; init; }

    /// <summary>Failed units, from 1; empty when the whole message failed.</summary>
    public required IReadOnlyList<int> Units { get; init; }

    /// <summary>One of <see cref="DeadLetterStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>How often it was replayed.</summary>
    public required int Attempts { get; init; }

    /// <summary>The approved edit that a replay takes; 0 for the message as it came.</summary>
    public int Revision { get; init; }

    /// <summary>The latest edit while nobody has approved it; 0 when there is none.</summary>
    public int Draft { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public string? ClosedReason { get; init; }
}

/// <summary>A dead letter whole, decrypted.</summary>
/// <param name="Body">The message as it came.</param>
internal sealed record DeadLetterCase(
    DeadLetterSummary Summary, byte[] Body, byte[] Headers, byte[] Error, IReadOnlyList<DeadLetterAttempt> Attempts)
{
    /// <summary>The message as its approved edit has it; null when there is none.</summary>
    public byte[]? Edited { get; init; }
}

/// <summary>One step in the life of a dead letter. Never changed afterwards.</summary>
/// <param name="Outcome">Of a replay the outcome of the message, else the status it led to.</param>
/// <param name="Detail">JSON: what it did.</param>
internal sealed record DeadLetterAttempt(DateTimeOffset At, string Who, string Why, string Outcome, byte[] Detail)
{
    /// <summary>One of <see cref="DeadLetterActions"/>.</summary>
    public string Action { get; init; } = DeadLetterActions.Replay;

    /// <summary>Why a replay was rejected; null otherwise.</summary>
    public string? Code { get; init; }

    /// <summary>The edit it was about; 0 for the message as it came.</summary>
    public int Revision { get; init; }
}

/// <summary>Somebody has looked at what a message says.</summary>
internal sealed record DeadLetterLook(DateTimeOffset At, string Who, string Action);
