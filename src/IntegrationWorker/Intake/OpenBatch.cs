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

    /// <summary>Writes what was decided. What throws is the surroundings: nothing was written.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}

/// <inheritdoc/>
/// <param name="commit">Writes what deciding has collected, and tells those who wait for it.</param>
internal sealed class OpenBatch(
    IReadOnlyList<MessageResult> results,
    BatchChanges changes,
    IStoreBatch transaction,
    Func<IStoreBatch, BatchChanges, CancellationToken, Task> commit) : IOpenBatch
{
    public IReadOnlyList<MessageResult> Results => results;

    /// <summary>What will be written.</summary>
    public BatchChanges Changes => changes;

    public Task CommitAsync(CancellationToken cancellationToken) => commit(transaction, changes, cancellationToken);

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
