using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Protection;

/// <summary>Where the store keeps encrypted values. Those of one row have the same key: one column stands for them.</summary>
internal sealed record ProtectedColumns(string Table, string Column, string What)
{
    public static IReadOnlyList<ProtectedColumns> All { get; } =
    [
        new("dead_letters", "body", "dead letters"),
        new("dead_letter_revisions", "body", "edits of dead letters"),
        new("parked", "payload", "waiting units"),
        new("held_units", "payload", "units behind rejected messages"),
        new("target_plans", "payload", "changes for the reading platform"),
    ];

    /// <summary>How many values were encrypted with the key of this id. Reads the whole table.</summary>
    public async Task<long> CountAsync(SqlSession session, string keyId, CancellationToken cancellationToken)
    {
        var (count, begins) = (0L, DataProtector.BeginningOf(keyId));
        await session.RunAsync(
            new Statement($"select count(*) from {Table} where substr({Column}, 1, {begins.Length}) = @begins"),
            [new SqlValue("begins", SqlKind.Bytes, begins)],
            cancellationToken,
            reader => count = reader.GetInt64(0));

        return count;
    }
}
