using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Replays;

/// <summary>
/// The list of a job, batch by batch. The next batch can be fetched and read while the one before is decided about and written: what was read ahead
/// is as it was then, and whoever replays it notices by its step when it is so no longer.
/// </summary>
internal sealed class ReplayAhead(IReplayJobStore jobs, CaseReplayer replayer, string jobId) : IAsyncDisposable
{
    private Task<IReadOnlyList<ReplayEntry>>? _next;

    /// <summary>The first ones that are not replayed yet; empty when there are no more.</summary>
    public async Task<IReadOnlyList<ReplayEntry>> TakeAsync(int max, CancellationToken cancellationToken)
    {
        var next = Interlocked.Exchange(ref _next, null);

        return next is not null && await next is { Count: > 0 } ahead ? ahead : await ReadAsync(0, max, cancellationToken);
    }

    /// <summary>Begins with the batch behind a position: for one that is replayed as soon as the one before is.</summary>
    public void Begin(long after, int max, CancellationToken cancellationToken) =>
        _next = Task.Run(() => ReadAsync(after, max, cancellationToken), cancellationToken);

    /// <summary>What was read ahead is not to be used: the batch before it has failed. Waits until nothing is read any more.</summary>
    public async Task ForgetAsync()
    {
        if (Interlocked.Exchange(ref _next, null) is { } next)
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync() => await ForgetAsync();

    private async Task<IReadOnlyList<ReplayEntry>> ReadAsync(long after, int max, CancellationToken cancellationToken) =>
        [.. (await jobs.PendingAsync(jobId, after, max, cancellationToken)).Select(Read)];

    private ReplayEntry Read(ReplayItem item) =>
        new(item, item.Letter is { Summary.Status: not DeadLetterStatus.Discarded } letter ? replayer.Read(letter) : null);
}

/// <summary>One of the list of a job.</summary>
/// <param name="Case">Null when it cannot be replayed: it is discarded, or deleted.</param>
internal sealed record ReplayEntry(ReplayItem Item, ReadCase? Case);
