using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>A connection in use, with or without a transaction. Statements are queued and run together: one round trip where there is a wire.</summary>
internal abstract class SqlSession(Database database) : IAsyncDisposable
{
    private List<QueuedStatement> _queue = [];

    /// <summary>Something that is queued may affect fewer rows than expected.</summary>
    public bool HasChecks => _queue.Exists(statement => statement.RowsExpected is not null);

    /// <summary>Queues a statement.</summary>
    /// <param name="read">Called for each row of the answer. A statement that answers rows needs one.</param>
    public void Add(Statement statement, SqlValue[] parameters, Action<DbDataReader>? read = null, int? rowsExpected = null) =>
        _queue.Add(new QueuedStatement(statement.TextFor(database.Dialect), parameters, read, rowsExpected));

    /// <summary>Queues a statement over many rows; nothing when there are none.</summary>
    public void AddRows<T>(
        Statement<T> statement,
        IReadOnlyCollection<T> rows,
        SqlValue[]? parameters = null,
        Action<DbDataReader>? read = null,
        int? rowsExpected = null)
    {
        if (rows.Count == 0)
        {
            return;
        }

        List<SqlValue> all = [.. parameters ?? []];
        database.Dialect.BindRows(statement.Columns, rows, all);
        _queue.Add(new QueuedStatement(statement.TextFor(database.Dialect), all, read, rowsExpected));
    }

    /// <summary>Runs what is queued, in order.</summary>
    /// <exception cref="StoreConflictException">Another transaction was first.</exception>
    /// <exception cref="DbException">The surroundings failed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (TakeQueue() is not { Count: > 0 } statements)
        {
            return;
        }

        try
        {
            await RunAsync(statements, cancellationToken);
        }
        catch (DbException e) when (database.IsConflict(e))
        {
            throw new StoreConflictException("Another transaction was first.", e);
        }
    }

    /// <summary>Queues and runs one statement.</summary>
    public Task RunAsync(
        Statement statement, SqlValue[] parameters, CancellationToken cancellationToken, Action<DbDataReader>? read = null)
    {
        Add(statement, parameters, read);
        return RunAsync(cancellationToken);
    }

    /// <summary>Queues and runs one statement over many rows.</summary>
    public Task RunRowsAsync<T>(
        Statement<T> statement, IReadOnlyCollection<T> rows, CancellationToken cancellationToken, Action<DbDataReader>? read = null)
    {
        AddRows(statement, rows, read: read);
        return RunAsync(cancellationToken);
    }

    /// <summary>Runs what is queued, and commits: one round trip where there is a wire. How many rows are affected is not checked there.</summary>
    /// <exception cref="StoreConflictException">Another transaction was first.</exception>
    /// <exception cref="DbException">The surroundings failed.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CommitAsync(TakeQueue(), cancellationToken);
        }
        catch (DbException e) when (database.IsConflict(e))
        {
            throw new StoreConflictException("Another transaction was first.", e);
        }
    }

    /// <summary>Rolls back what was not committed and gives the connection back.</summary>
    public abstract ValueTask DisposeAsync();

    protected abstract Task RunAsync(IReadOnlyList<QueuedStatement> statements, CancellationToken cancellationToken);

    /// <param name="last">Run before the commit, in order; may be none.</param>
    protected abstract Task CommitAsync(IReadOnlyList<QueuedStatement> last, CancellationToken cancellationToken);

    private List<QueuedStatement> TakeQueue()
    {
        var statements = _queue;
        _queue = [];

        foreach (var statement in statements)
        {
            database.OnExecuting(statement);
        }

        return statements;
    }
}
