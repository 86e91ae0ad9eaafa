using System.Data.Common;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

/// <summary>The filters of dead letters that people have saved.</summary>
internal sealed class SavedFilterStore(Database database)
{
    private const string Selected = "name, cause_group, code, source_id, received_from, received_until, saved_at, saved_by";

    private static readonly Statement<SavedFilter> _save = new(
        $$"""
        insert into saved_filters ({{Selected}})
        select r.name, r.cause_group, r.code, r.source_id, r.received_from, r.received_until, r.saved_at, r.saved_by from {rows} where true
        on conflict (name) do update set
            cause_group = excluded.cause_group, code = excluded.code, source_id = excluded.source_id, received_from = excluded.received_from,
            received_until = excluded.received_until, saved_at = excluded.saved_at, saved_by = excluded.saved_by
        """,
        Column<SavedFilter>.Text("name", filter => filter.Name),
        Column<SavedFilter>.Text("cause_group", filter => filter.Group),
        Column<SavedFilter>.Text("code", filter => filter.Code),
        Column<SavedFilter>.Text("source_id", filter => filter.SourceId),
        Column<SavedFilter>.Time("received_from", filter => filter.From),
        Column<SavedFilter>.Time("received_until", filter => filter.Until),
        Column<SavedFilter>.Time("saved_at", filter => filter.At),
        Column<SavedFilter>.Text("saved_by", filter => filter.By));

    private static readonly Statement _select = new($"select {Selected} from saved_filters where name = @name");

    private static readonly Statement _selectAll = new($"select {Selected} from saved_filters order by name");

    private static readonly Statement _delete = new("delete from saved_filters where name = @name returning name");

    /// <summary>Saves a filter, in the place of one of the same name.</summary>
    public async Task SaveAsync(SavedFilter filter, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunRowsAsync(_save, [filter], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<SavedFilter?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await ReadAsync(_select, [SqlValue.Text("name", name)], cancellationToken)).SingleOrDefault();

    /// <summary>All of them by name.</summary>
    public Task<IReadOnlyList<SavedFilter>> ListAsync(CancellationToken cancellationToken) => ReadAsync(_selectAll, [], cancellationToken);

    /// <returns>False when there is none of this name.</returns>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var isDeleted = false;
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(_delete, [SqlValue.Text("name", name)], cancellationToken, _ => isDeleted = true);
        await session.CommitAsync(cancellationToken);

        return isDeleted;
    }

    private async Task<IReadOnlyList<SavedFilter>> ReadAsync(Statement statement, SqlValue[] parameters, CancellationToken cancellationToken)
    {
        var filters = new List<SavedFilter>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(statement, parameters, cancellationToken, reader => filters.Add(Read(reader)));

        return filters;
    }

    private static SavedFilter Read(DbDataReader reader) => new(
        reader.GetString(0), reader.Text(1), reader.Text(2), reader.Text(3), reader.TimeOrNull(4), reader.TimeOrNull(5), reader.Time(6), reader.GetString(7));
}
