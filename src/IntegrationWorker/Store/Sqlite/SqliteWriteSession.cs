using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>The transaction of the one writer. SQLite works in the calling thread: the methods are asynchronous in shape only.</summary>
internal sealed class SqliteWriteSession(SqliteDatabase database, SqliteWriter writer, SemaphoreSlim gate) : SqlSession(database)
{
    private bool _isDisposed;

    public override ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;

            try
            {
                writer.RollBack();
            }
            finally
            {
                gate.Release();
            }
        }

        return ValueTask.CompletedTask;
    }

    protected override Task RunAsync(IReadOnlyList<QueuedStatement> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Run(statement);
        }

        return Task.CompletedTask;
    }

    protected override Task CommitAsync(IReadOnlyList<QueuedStatement> last, CancellationToken cancellationToken)
    {
        RunAsync(last, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        writer.Commit();
        return Task.CompletedTask;
    }
}
