using IntegrationWorker.Hosting;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>
/// A batch in its transaction: what it speaks of is locked and loaded, and it is decided about. Disposing without a commit lets
/// it all go.
/// </summary>
internal interface IOpenBatch : IAsyncDisposable
{
    /// <summary>What is to become of each message, in the order of the messages. It is so when the batch is committed.</summary>
    IReadOnlyList<MessageResult> Results { get; }

    /// <summary>Writes what was decided, but for the events, into the transaction: what is left to do at the commit is little.</summary>
    Task SaveAsync(CancellationToken cancellationToken);

    /// <summary>Commits, and writes before it what was not saved. What throws is the surroundings: nothing was written.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}

/// <inheritdoc/>
/// <param name="committed">Tells those who wait for what is written.</param>
internal sealed class OpenBatch(
    IReadOnlyList<MessageResult> results, BatchChanges changes, IStoreBatch transaction, Action<BatchChanges> committed) : IOpenBatch
{
    private bool _isSaved;

    public IReadOnlyList<MessageResult> Results => results;

    /// <summary>What will be written.</summary>
    public BatchChanges Changes => changes;

    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        _isSaved = true;
        await transaction.SaveAsync(changes, cancellationToken);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        CrashPoint.Reach(CrashPoint.BeforeCommit);
        await (_isSaved ? transaction.CommitAsync(cancellationToken) : transaction.CommitAsync(changes, cancellationToken));
        CrashPoint.Reach(CrashPoint.AfterCommit);
        committed(changes);
    }

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
