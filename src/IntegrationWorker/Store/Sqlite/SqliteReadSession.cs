using IntegrationWorker.Store.Sql;
using Microsoft.Data.Sqlite;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>A pooled connection that only reads.</summary>
internal sealed class SqliteReadSession(SqliteDatabase database, SqliteConnection connection) : SqlSession(database)
{
    public override ValueTask DisposeAsync() => connection.DisposeAsync();

    protected override Task RunAsync(IReadOnlyList<QueuedStatement> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var command = connection.CreateCommand();
            command.CommandText = statement.Text;
            SqliteStatements.Run(command, statement);
        }

        return Task.CompletedTask;
    }

    protected override Task CommitAsync(IReadOnlyList<QueuedStatement> last, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Nothing was written: a reading session has no transaction.");
}
