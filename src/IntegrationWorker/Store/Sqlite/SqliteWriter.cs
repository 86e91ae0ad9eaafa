using IntegrationWorker.Store.Sql;
using Microsoft.Data.Sqlite;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>A writing connection that stays open, with the commands it has prepared.</summary>
internal sealed class SqliteWriter(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>True between begin and commit or rollback; some failures roll back by themselves.</summary>
    private bool IsInTransaction => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0;

    public void Begin() => Execute("begin immediate");

    public void Commit() => Execute("commit");

    public void RollBack()
    {
        if (IsInTransaction)
        {
            Execute("rollback");
        }
    }

    public void Run(QueuedStatement statement) => SqliteStatements.Run(Prepare(statement.Text), statement);

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private void Execute(string sql) => Prepare(sql).ExecuteNonQuery();

    private SqliteCommand Prepare(string sql)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            _prepared.Add(sql, command);
        }

        return command;
    }
}
