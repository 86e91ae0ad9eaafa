namespace IntegrationWorker.Intake;

/// <summary>A batch that is being opened and decided about, and written into its transaction as soon as that may be.</summary>
internal sealed class StartedBatch
{
    private StartedBatch(List<WaitingMessage> messages, Task<IOpenBatch> opening, Task saving) => (Messages, Opening, Saving) = (messages, opening, saving);

    public List<WaitingMessage> Messages { get; }

    /// <summary>Its transaction, with the outcome of each message.</summary>
    public Task<IOpenBatch> Opening { get; }

    /// <summary>Ends when it is written but for what its commit writes.</summary>
    public Task Saving { get; }

    /// <param name="before">Written first, since both would otherwise take their locks in the middle of each other; null: none is on its way.</param>
    public static StartedBatch Start(IMessagePipeline pipeline, List<WaitingMessage> messages, StartedBatch? before, CancellationToken cancellationToken)
    {
        var opening = OpenAsync(pipeline, messages, cancellationToken);

        return new StartedBatch(messages, opening, SaveAsync(opening, before?.Saving ?? Task.CompletedTask, cancellationToken));
    }

    /// <summary>Rolls it back. What it waits for in the database has to be free, or to become so.</summary>
    public async Task LetGoAsync()
    {
        // Why it was not opened or saved, whoever opens it again hears.
        await Saving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

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
