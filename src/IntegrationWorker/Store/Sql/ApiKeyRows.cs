using System.Data.Common;
using IntegrationWorker.Access;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the API keys.</summary>
internal static class ApiKeyRows
{
    /// <summary>What <see cref="Read"/> needs.</summary>
    public const string Selected = "id, name, role, salt, hash, created_at, created_by, expires_at, revoked_at, last_used_at";

    public static readonly Column<ApiKey>[] Columns =
    [
        Column<ApiKey>.Text("id", key => IdOf(key.Id)),
        Column<ApiKey>.Text("name", key => key.Name),
        Column<ApiKey>.Text("role", key => key.Role.ToText()),
        Column<ApiKey>.Bytes("salt", key => key.Salt),
        Column<ApiKey>.Bytes("hash", key => key.Hash),
        Column<ApiKey>.Time("created_at", key => key.CreatedAt),
        Column<ApiKey>.Text("created_by", key => key.CreatedBy),
        Column<ApiKey>.Time("expires_at", key => key.ExpiresAt),
    ];

    public static readonly Column<KeyValuePair<Guid, DateTimeOffset>>[] Uses =
    [
        Column<KeyValuePair<Guid, DateTimeOffset>>.Text("id", use => IdOf(use.Key)),
        Column<KeyValuePair<Guid, DateTimeOffset>>.Time("at", use => use.Value),
    ];

    public static string IdOf(Guid id) => id.ToString("D");

    public static ApiKey Read(DbDataReader reader) => new()
    {
        Id = Guid.Parse(reader.GetString(0)),
        Name = reader.GetString(1),
        Role = AccessRoles.Parse(reader.GetString(2)),
        Salt = reader.Bytes(3),
        Hash = reader.Bytes(4),
        CreatedAt = reader.Time(5),
        CreatedBy = reader.GetString(6),
        ExpiresAt = reader.TimeOrNull(7),
        RevokedAt = reader.TimeOrNull(8),
        LastUsedAt = reader.TimeOrNull(9),
    };
}
