using System.Diagnostics.CodeAnalysis;
using IntegrationWorker.Store;

namespace IntegrationWorker.Access;

/// <summary>Makes, lists and revokes keys: for the endpoints and the command line.</summary>
internal sealed class ApiKeyDesk(ApiKeyStore store, ApiKeyCache cache, TimeProvider time, ILogger<ApiKeyDesk> logger)
{
    public const int NameLengthMax = 200;

    /// <param name="onlyFirst">Only if no key was ever made.</param>
    /// <returns>Null when it was to be the first one and is not.</returns>
    public async Task<CreatedApiKey?> CreateAsync(
        string name, AccessRole role, DateTimeOffset? expiresAt, string by, bool onlyFirst, CancellationToken cancellationToken)
    {
        var token = ApiKeyToken.Create();
        var salt = ApiKeyToken.NewSalt();
        var key = new ApiKey
        {
            Id = token.Id,
            Name = name,
            Role = role,
            Salt = salt,
            Hash = token.HashWith(salt),
            CreatedAt = time.GetUtcNow(),
            CreatedBy = by,
            ExpiresAt = expiresAt,
        };

        if (!onlyFirst)
        {
            await store.AddAsync(key, cancellationToken);
        }
        else if (!await store.TryAddFirstAsync(key, cancellationToken))
        {
            return null;
        }

        cache.NoteFirst();
        AccessLog.KeyMade(logger, key.Id, by, role.ToText());
        return CreatedApiKey.Of(ViewOf(key), token);
    }

    public async Task<IReadOnlyList<ApiKeyView>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken)).Select(ViewOf)];

    /// <returns>The key as it is now; null when there is none.</returns>
    public async Task<ApiKeyView?> RevokeAsync(Guid id, string by, CancellationToken cancellationToken)
    {
        if (await store.RevokeAsync(id, time.GetUtcNow(), by, cancellationToken))
        {
            AccessLog.KeyRevoked(logger, id, by);
        }

        cache.Forget(id);
        return await store.FindAsync(id, cancellationToken) is { } key ? ViewOf(key) : null;
    }

    private ApiKeyView ViewOf(ApiKey key) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Role = key.Role.ToText(),
        Status = key.RevokedAt is not null ? "revoked" : key.IsValidAt(time.GetUtcNow()) ? "valid" : "expired",
        CreatedAt = key.CreatedAt,
        CreatedBy = key.CreatedBy,
        ExpiresAt = key.ExpiresAt,
        RevokedAt = key.RevokedAt,
        LastUsedAt = key.LastUsedAt,
    };
}

/// <summary>A key without anything that would let somebody use it.</summary>
internal record ApiKeyView
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary><c>reader</c>, <c>integrator</c>, <c>operator</c> or <c>admin</c>.</summary>
    public required string Role { get; init; }

    /// <summary><c>valid</c>, <c>expired</c> or <c>revoked</c>.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Written once a minute.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A key that was just made.</summary>
internal sealed record CreatedApiKey : ApiKeyView
{
    [SetsRequiredMembers]
    private CreatedApiKey(ApiKeyView view, string key)
        : base(view) => Key = key;

    /// <summary>What its holder sends. Shown this once and kept nowhere.</summary>
    public string Key { get; }

    public static CreatedApiKey Of(ApiKeyView view, ApiKeyToken token) => new(view, token.ToString());
}
