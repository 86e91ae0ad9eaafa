using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>What a message would do now, by the code that would do it.</summary>
internal interface IMessagePreview
{
    /// <summary>Decides about a message and writes nothing.</summary>
    /// <returns>The result the message would have; its event ids are those it would get.</returns>
    Task<MessageResult> PreviewAsync(InboundMessage message, CancellationToken cancellationToken);
}
