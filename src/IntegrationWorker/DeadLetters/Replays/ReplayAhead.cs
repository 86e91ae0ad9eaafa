using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Replays;

/// <summary>
/// The list of a job, batch by batch. The next batch can be fetched, read and decided about while the one before is written: what was read ahead
/// is as it was then, and whoever replays it notices by its step when it is so no longer; what it shares with the one before it waits for in the
/// database, where it finds it as that one leaves it.
/// </summary>
internal sealed class ReplayAhead(IReplayJobStore jobs, CaseReplayer replayer, string jobId) : IAsyncDisposable
{
    private Task<ReplayBatch>? _next;
    private TaskCompletionSource _turn = new();

    /// <summary>The first ones that are not replayed yet; empty when there are no more.</summary>
    public async Task<ReplayBatch> TakeAsync(int max, CancellationToken cancellationToken)
    {
        var next = Interlocked.Exchange(ref _next, null);

        return next is not null && await next is { Entries.Count: > 0 } ahead
            ? ahead
            : new ReplayBatch(await ReadAsync(0, max, cancellationToken), Open: null);
    }

    /// <summary>Begins with the batch behind a position: for one that is replayed as soon as the one before is.</summary>
    public void Begin(long after, int max, CancellationToken cancellationToken)
    {
        var turn = _turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _next = Task.Run(() => PrepareAsync(after, max, turn.Task, cancellationToken), cancellationToken);
    }

    /// <summary>The batch before has all its locks. Earlier the next one could hold what that one waits for, for ever.</summary>
    public void LetOpen() => _turn.TrySetResult();

    /// <summary>
    /// What was prepared is not to be used: the batch before it has failed. That one has to be let go of first, since the next one may wait for its locks.
    /// </summary>
    public async Task ForgetAsync()
    {
        _turn.TrySetCanceled(CancellationToken.None);

        if (Interlocked.Exchange(ref _next, null) is { } next)
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            if (next.IsCompletedSuccessfully && next.Result.Open is { } open)
            {
                await open.DisposeAsync();
            }
        }
    }

    public async ValueTask DisposeAsync() => await ForgetAsync();

    /// <summary>Reads the messages of a batch anew: what was decided once may have stayed in them.</summary>
    public IReadOnlyList<ReplayEntry> ReadAgain(IEnumerable<ReplayEntry> entries) => [.. entries.Select(entry => Read(entry.Item))];

    private async Task<ReplayBatch> PrepareAsync(long after, int max, Task turn, CancellationToken cancellationToken)
    {
        var entries = await ReadAsync(after, max, cancellationToken);

        if (!replayer.OpensAhead || entries.Count == 0 || entries.Any(entry => entry.Case is null))
        {
            return new ReplayBatch(entries, Open: null);
        }

        await turn.WaitAsync(cancellationToken);

        try
        {
            return new ReplayBatch(entries, await replayer.OpenAsync([.. entries.Select(entry => entry.Case!)], cancellationToken));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // It is opened again when it has its turn, and whoever does it hears why.
            return new ReplayBatch(ReadAgain(entries), Open: null);
        }
    }

    private async Task<IReadOnlyList<ReplayEntry>> ReadAsync(long after, int max, CancellationToken cancellationToken) =>
        [.. (await jobs.PendingAsync(jobId, after, max, cancellationToken)).Select(Read)];

    private ReplayEntry Read(ReplayItem item) =>
        new(item, item.Letter is { Summary.Status: not DeadLetterStatus.Discarded } letter ? replayer.Read(letter) : null);
}

/// <summary>The next ones of the list of a job.</summary>
/// <param name="Open">Their transaction; null when it is not begun yet. All of them can be replayed then.</param>
internal sealed record ReplayBatch(IReadOnlyList<ReplayEntry> Entries, OpenReplay? Open);

/// <summary>One of the list of a job.</summary>
/// <param name="Case">Null when it cannot be replayed: it is discarded, or deleted.</param>
internal sealed record ReplayEntry(ReplayItem Item, ReadCase? Case);
