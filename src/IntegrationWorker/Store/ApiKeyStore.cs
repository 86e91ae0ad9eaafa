using System.Data.Common;
using IntegrationWorker.Access;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

/// <summary>Keeps the keys of the HTTP API.</summary>
internal sealed class ApiKeyStore(Database database)
{
    private const string FirstKey = "api-keys.first";

    private static readonly Statement<ApiKey> _insert = new(
        """
        insert into api_keys (id, name, role, salt, hash, created_at, created_by, expires_at)
        select r.id, r.name, r.role, r.salt, r.hash, r.created_at, r.created_by, r.expires_at from {rows}
        """,
        ApiKeyRows.Columns);

    private static readonly Statement _select = new($"select {ApiKeyRows.Selected} from api_keys where id = @id");

    private static readonly Statement _selectAll = new($"select {ApiKeyRows.Selected} from api_keys order by created_at, id");

    private static readonly Statement _selectAny = new("select 1 from api_keys limit 1");

    private static readonly Statement _revoke = new(
        "update api_keys set revoked_at = @at, revoked_by = @by where id = @id and revoked_at is null returning id");

    private static readonly Statement<KeyValuePair<Guid, DateTimeOffset>> _use = new(
        """
        update api_keys set last_used_at = r.at from {rows}
        where api_keys.id = r.id and coalesce(api_keys.last_used_at, 0) < r.at
        """,
        ApiKeyRows.Uses);

    public async Task AddAsync(ApiKey key, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        session.AddRows(_insert, [key], rowsExpected: 1);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Adds a key if there was never one. Of several who do this at once, one succeeds.</summary>
    public async Task<bool> TryAddFirstAsync(ApiKey key, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        var first = await StoreMeta.WriteFirstAsync(session, FirstKey, ApiKeyRows.IdOf(key.Id), cancellationToken);
        var isAny = false;
        await session.RunAsync(_selectAny, [], cancellationToken, _ => isAny = true);

        if (isAny || first != ApiKeyRows.IdOf(key.Id))
        {
            return false;
        }

        session.AddRows(_insert, [key], rowsExpected: 1);
        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);

        return true;
    }

    /// <summary>The key, revoked and expired ones too, or null.</summary>
    public async Task<ApiKey?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync(_select, [SqlValue.Text("id", ApiKeyRows.IdOf(id))], ApiKeyRows.Read, cancellationToken)).SingleOrDefault();

    /// <summary>All keys, the oldest first.</summary>
    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        ReadAsync(_selectAll, [], ApiKeyRows.Read, cancellationToken);

    /// <summary>A key was made once, whatever became of it.</summary>
    public async Task<bool> HasAnyAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(_selectAny, [], _ => true, cancellationToken)).Count > 0;

    /// <returns>False when there is no such key, or it is revoked already.</returns>
    public async Task<bool> RevokeAsync(Guid id, DateTimeOffset at, string by, CancellationToken cancellationToken)
    {
        var isRevoked = false;
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(
            _revoke,
            [SqlValue.Text("id", ApiKeyRows.IdOf(id)), SqlValue.Time("at", at), SqlValue.Text("by", by)],
            cancellationToken,
            _ => isRevoked = true);
        await session.CommitAsync(cancellationToken);

        return isRevoked;
    }

    /// <summary>Writes when keys were last used, in one small transaction whose loss does no harm.</summary>
    public async Task WriteUsesAsync(IReadOnlyCollection<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await session.RunRowsAsync(_use, uses, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        Statement statement, SqlValue[] parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(statement, parameters, cancellationToken, reader => rows.Add(read(reader)));

        return rows;
    }
}
