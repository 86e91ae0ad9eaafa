using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

/// <summary>What the store knows of itself: texts by name.</summary>
internal static class StoreMeta
{
    private static readonly Statement _select = new("select value from meta where key = @key {for update}");

    private static readonly Statement _insert = new(
        "insert into meta (key, value) values (@key, @value) on conflict (key) do nothing");

    private static readonly Statement _upsert = new(
        "insert into meta (key, value) values (@key, @value) on conflict (key) do update set value = excluded.value");

    public static Task WriteAsync(SqlSession session, string key, string value, CancellationToken cancellationToken) =>
        session.RunAsync(_upsert, [SqlValue.Text("key", key), SqlValue.Text("value", value)], cancellationToken);

    /// <summary>Writes the value unless there is one.</summary>
    /// <returns>The value that is there now, locked.</returns>
    public static async Task<string> WriteFirstAsync(SqlSession session, string key, string value, CancellationToken cancellationToken)
    {
        var present = value;
        session.Add(_insert, [SqlValue.Text("key", key), SqlValue.Text("value", value)]);
        session.Add(_select, [SqlValue.Text("key", key)], reader => present = reader.GetString(0));
        await session.RunAsync(cancellationToken);

        return present;
    }
}
