using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>The way of a message from bytes to a committed outcome.</summary>
internal interface IMessagePipeline
{
    /// <summary>Decides about a batch in one transaction. The results stand in the order of the messages.</summary>
    /// <remarks>
    /// Every message gets an outcome, the faulty ones too. What throws here is the surroundings: nothing was written,
    /// and the whole batch may be given again.
    /// </remarks>
    Task<IReadOnlyList<MessageResult>> ProcessAsync(IReadOnlyList<InboundMessage> batch, CancellationToken cancellationToken);
}
