namespace IntegrationWorker.Store;

/// <summary>The record of one message: the idempotency ledger. No message body.</summary>
internal sealed record LedgerRecord
{
    /// <summary><see cref="BaseKey"/>, with <c>~2</c>, <c>~3</c> … for later generations. Unique for ever.</summary>
    public required string Key { get; init; }

    public required string BaseKey { get; init; }

    public required int Generation { get; init; }

    /// <summary>SHA-256 of the content without what a resend may change, 32 bytes.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>Empty when no source could be found.</summary>
    public required string SourceId { get; init; }

    /// <summary>Empty when it could not be read.</summary>
    public required string MessageType { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>MSH-7 of the latest delivery under this key: what a restarted counter is measured by. Null when there is none.</summary>
    public DateTimeOffset? LastMessageTime { get; init; }

    /// <summary>One of <c>Contracts.Outcomes</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The recorded <see cref="Studies.MessageResult"/> as JSON.</summary>
    public required byte[] Result { get; init; }
}
