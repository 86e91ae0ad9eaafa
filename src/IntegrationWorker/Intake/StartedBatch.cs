namespace IntegrationWorker.Intake;

/// <summary>
/// A batch that is being opened and decided about. A large one is written into its transaction as soon as that may be, so that little is left
/// to its commit; a small one is written with its commit, which is one round trip less.
/// </summary>
internal sealed class StartedBatch
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _saving;

    private StartedBatch(List<WaitingMessage> messages, Task<IOpenBatch> opening, Task? saving)
    {
        Messages = messages;
        Opening = opening;
        _saving = saving ?? opening;
        Written = saving ?? _ended.Task;
    }

    public List<WaitingMessage> Messages { get; }

    /// <summary>Its transaction, with the outcome of each message.</summary>
    public Task<IOpenBatch> Opening { get; }

    /// <summary>From its end on the next batch may be written.</summary>
    private Task Written { get; }

    /// <param name="before">Written first, since both would otherwise take their locks in the middle of each other; null: none is on its way.</param>
    /// <param name="isSmall">It is written with its commit.</param>
    public static StartedBatch Start(
        IMessagePipeline pipeline, List<WaitingMessage> messages, StartedBatch? before, bool isSmall, CancellationToken cancellationToken)
    {
        var opening = OpenAsync(pipeline, messages, cancellationToken);

        return new StartedBatch(messages, opening, isSmall ? null : SaveAsync(opening, before?.Written ?? Task.CompletedTask, cancellationToken));
    }

    /// <summary>Commits it. Those before it have ended.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _saving;
            await (await Opening).CommitAsync(cancellationToken);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Rolls it back. What it waits for in the database has to be free, or to become so.</summary>
    public async Task LetGoAsync()
    {
        // Why it was not opened or saved, whoever opens it again hears.
        await _saving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.TrySetResult();

        if (Opening.IsCompletedSuccessfully)
        {
            await (await Opening).DisposeAsync();
        }
    }

    // What fails here fails in the task: whoever starts it may be in the middle of another batch.
    private static async Task<IOpenBatch> OpenAsync(IMessagePipeline pipeline, List<WaitingMessage> messages, CancellationToken cancellationToken) =>
        await pipeline.OpenAsync([.. messages.Select(waiting => waiting.Read(pipeline))], cancellationToken);

    private static async Task SaveAsync(Task<IOpenBatch> opening, Task before, CancellationToken cancellationToken)
    {
        var open = await opening;
        await before;
        await open.SaveAsync(cancellationToken);
    }
}
