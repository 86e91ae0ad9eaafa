using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>A batch in its transaction: what it speaks of is locked and loaded. Disposing without a commit lets it all go.</summary>
internal interface IOpenBatch : IAsyncDisposable
{
    /// <summary>Decides about each message, in memory, once. The results stand in the order of the messages.</summary>
    IReadOnlyList<MessageResult> Decide();

    /// <summary>Writes what was decided. What throws is the surroundings: nothing was written.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}

/// <inheritdoc/>
/// <param name="commit">Writes what deciding has collected, and tells those who wait for it.</param>
internal sealed class OpenBatch(
    IReadOnlyList<MappedMessage> messages,
    BatchWork work,
    IStoreBatch transaction,
    Func<IStoreBatch, BatchChanges, CancellationToken, Task> commit,
    Rulebook rules,
    TimeProvider time) : IOpenBatch
{
    public BatchChanges Changes => work.Changes;

    public IReadOnlyList<MessageResult> Decide()
    {
        var decider = new MessageDecider(rules, work.Ledger, work.Units, work.Recorder, Changes);
        decider.Add(work.Positions);

        var now = time.GetUtcNow();
        List<MessageResult> results = [.. messages.Select(message => decider.Decide(message, now))];
        SettleReplaced(messages, results, work.Ledger);
        decider.Collect();

        return results;
    }

    public Task CommitAsync(CancellationToken cancellationToken) => commit(transaction, Changes, cancellationToken);

    public ValueTask DisposeAsync() => transaction.DisposeAsync();

    /// <summary>A message that was edited and has taken effect so: what it was before cannot take effect any more.</summary>
    private static void SettleReplaced(IReadOnlyList<MappedMessage> messages, List<MessageResult> results, Ledger ledger)
    {
        foreach (var (message, result) in messages.Zip(results))
        {
            if (message.Inbound.ReplacedKey is { } key && !result.IsRejected)
            {
                ledger.Settle(key, result.MessageKey);
            }
        }
    }
}
