using IntegrationWorker.Studies;

namespace IntegrationWorker.Access;

/// <summary>Who calls the HTTP API. One object serves all requests of a key.</summary>
internal sealed class Caller
{
    public const string SourcePrefix = "api:";

    private Caller(string sourceId, AccessRole role, ApiKey? key)
    {
        SourceId = sourceId;
        Role = role;
        Key = key;
        Source = new Source { SourceId = sourceId, Kind = "command", Authority = role.ToAuthority(), AllowCreate = true };
    }

    /// <summary>A program on this machine, before there is any key.</summary>
    public static Caller Local { get; } = new($"{SourcePrefix}local", AccessRole.Admin, null);

    /// <summary>Null for <see cref="Local"/>.</summary>
    public ApiKey? Key { get; }

    public AccessRole Role { get; }

    /// <summary><c>api:‹key id›</c>: the source of all that the caller writes.</summary>
    public string SourceId { get; }

    /// <summary>The source as the gates see it: its class follows from the role.</summary>
    public Source Source { get; }

    public static Caller Of(ApiKey key) => new(SourceOf(key.Id), key.Role, key);

    public static string SourceOf(Guid keyId) => $"{SourcePrefix}{keyId:D}";

    /// <summary>The key in a source id, or null.</summary>
    public static Guid? KeyIn(string sourceId) =>
        sourceId.StartsWith(SourcePrefix, StringComparison.Ordinal) && Guid.TryParseExact(sourceId.AsSpan(SourcePrefix.Length), "D", out var id) ? id : null;

    /// <summary>The caller of a request that the guard let through.</summary>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The endpoint lets everybody in: there is no caller.");
}
