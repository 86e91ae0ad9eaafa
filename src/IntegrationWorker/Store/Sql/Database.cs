using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>One of the two databases.</summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>Told of each statement before it runs.</summary>
    public event Action<QueuedStatement>? Executing;

    public abstract Dialect Dialect { get; }

    /// <summary>Opens a transaction that is on the disk once it is committed.</summary>
    public abstract Task<SqlSession> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Opens a transaction whose loss in a crash does no harm: its commit does not wait for the disk.</summary>
    public abstract Task<SqlSession> BeginRelaxedAsync(CancellationToken cancellationToken);

    /// <summary>Opens a connection for reading, outside any transaction.</summary>
    public abstract Task<SqlSession> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="ReadAsync"/>, for a search: what is run first is planned for the values it is given. A plan for any values is wrong for rare ones.
    /// </summary>
    public virtual Task<SqlSession> SearchAsync(CancellationToken cancellationToken) => ReadAsync(cancellationToken);

    /// <summary>Takes a part that only one process plays at a time. True when this process has it, from now on or already.</summary>
    public abstract Task<bool> TryLeadAsync(string part, CancellationToken cancellationToken);

    /// <summary>Gives a part back, so that another process may take it.</summary>
    public abstract Task ResignAsync(string part);

    /// <summary>The failure means that another transaction was first.</summary>
    public abstract bool IsConflict(DbException failure);

    public void OnExecuting(QueuedStatement statement) => Executing?.Invoke(statement);

    public abstract ValueTask DisposeAsync();
}
