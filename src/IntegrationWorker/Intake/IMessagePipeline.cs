using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>The way of a message from bytes to a committed outcome.</summary>
internal interface IMessagePipeline
{
    /// <summary>Bytes → units. Pure: it can be done ahead of time, on any thread, and never throws on what somebody sent.</summary>
    MappedMessage Read(InboundMessage inbound);

    /// <summary>How many further batches the store takes in while one is being written.</summary>
    int BatchesAheadMax { get; }

    /// <summary>
    /// Begins the transaction of a batch: locks and loads what it speaks of, and decides about each message. What another batch has
    /// locked is waited for.
    /// </summary>
    /// <remarks>
    /// Every message gets an outcome, the faulty ones too. What throws here and later is the surroundings: nothing was written,
    /// and the whole batch may be read and given again.
    /// </remarks>
    Task<IOpenBatch> OpenAsync(IReadOnlyList<MappedMessage> batch, CancellationToken cancellationToken);
}

internal static class MessagePipelineExtensions
{
    /// <summary>Reads a batch and decides about it.</summary>
    public static Task<IReadOnlyList<MessageResult>> ProcessAsync(
        this IMessagePipeline pipeline, IReadOnlyList<InboundMessage> batch, CancellationToken cancellationToken) =>
        pipeline.ProcessAsync([.. batch.Select(pipeline.Read)], cancellationToken);

    /// <summary>Decides about a batch in one transaction. The results stand in the order of the messages.</summary>
    public static async Task<IReadOnlyList<MessageResult>> ProcessAsync(
        this IMessagePipeline pipeline, IReadOnlyList<MappedMessage> batch, CancellationToken cancellationToken)
    {
        await using var open = await pipeline.OpenAsync(batch, cancellationToken);
        await open.CommitAsync(cancellationToken);

        return open.Results;
    }
}
