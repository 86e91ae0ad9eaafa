namespace IntegrationWorker.Store;

/// <summary>What became of a dead letter.</summary>
internal static class DeadLetterStatus
{
    /// <summary>Waits for a person.</summary>
    public const string Open = "open";

    /// <summary>A replay of it was decided about without a rejection.</summary>
    public const string Replayed = "replayed";

    /// <summary>A person has decided that it is not needed.</summary>
    public const string Discarded = "discarded";
}

/// <summary>A dead letter in a list: all but what is encrypted.</summary>
internal sealed record DeadLetterSummary
{
    public required string Id { get; init; }

    public required string MessageKey { get; init; }

    public required string Code { get; init; }

    public string? Location { get; init; }

    public required string SourceId { get; init; }

    public required string MessageType { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string Door { get; init; }

    /// <summary>Failed units, from 1; empty when the whole message failed.</summary>
    public required IReadOnlyList<int> Units { get; init; }

    /// <summary><see cref="DeadLetterStatus.Open"/>, or what it was closed with.</summary>
    public required string Status { get; init; }

    public required int Attempts { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public string? ClosedReason { get; init; }
}

/// <summary>A dead letter whole, decrypted.</summary>
internal sealed record DeadLetterCase(
    DeadLetterSummary Summary, byte[] Body, byte[] Headers, byte[] Error, IReadOnlyList<DeadLetterAttempt> Attempts);

/// <summary>One replay of a dead letter.</summary>
/// <param name="Detail">JSON: what the replay did.</param>
internal sealed record DeadLetterAttempt(DateTimeOffset At, string Who, string Why, string Outcome, byte[] Detail);
