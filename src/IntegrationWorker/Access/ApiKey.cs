namespace IntegrationWorker.Access;

/// <summary>A key of the HTTP API as it is stored. Nothing of it changes but the last three.</summary>
internal sealed record ApiKey
{
    public required Guid Id { get; init; }

    /// <summary>What it is for, in the words of who made it.</summary>
    public required string Name { get; init; }

    public required AccessRole Role { get; init; }

    /// <summary>16 bytes.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>32 bytes: SHA-256 of salt and secret.</summary>
    public required byte[] Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The source id of the key it was made with, or <c>cli:‹user›</c>.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Null: it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Up to a minute late.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public bool IsValidAt(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);
}
