using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Hosting;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions.Work;

/// <summary>Hands over what was read from a server as if the server had sent it: it has the same key then, and is applied once.</summary>
internal sealed class FetchedMessages(Batcher batcher, TimeProvider time)
{
    /// <param name="reference">Type and id.</param>
    public Task<MessageResult> ResourceAsync(string sourceId, string reference, ReadOnlyMemory<byte> resource, CancellationToken cancellationToken) =>
        batcher.DecideAsync(Message(sourceId, "update", reference, time.GetUtcNow(), resource), cancellationToken);

    /// <summary>The server has it no longer.</summary>
    /// <param name="at">The server's time.</param>
    public Task<MessageResult> GoneAsync(string sourceId, string reference, DateTimeOffset at, CancellationToken cancellationToken) =>
        batcher.DecideAsync(Message(sourceId, "delete", reference, at, default), cancellationToken);

    public Task<MessageResult> NotificationAsync(string sourceId, ReadOnlyMemory<byte> bundle, CancellationToken cancellationToken) =>
        batcher.DecideAsync(Message(sourceId, "notify", "", time.GetUtcNow(), bundle), cancellationToken);

    /// <summary>A message that asks for the same to be read once more, for whoever replays it.</summary>
    public InboundMessage AskAgain(string sourceId, string reference, string deliveryId) =>
        Message(sourceId, "update", reference, time.GetUtcNow(), default) with { DeliveryId = deliveryId };

    private InboundMessage Message(string sourceId, string interaction, string url, DateTimeOffset at, ReadOnlyMemory<byte> body) => new()
    {
        Door = Door.Fhir,
        Body = body,
        SourceId = sourceId,
        ReceivedAt = time.GetUtcNow(),
        Headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = FhirClient.JsonType,
            [BrokerNames.SourceIdHeader] = sourceId,
            [FhirHeaders.Interaction] = interaction,
            [FhirHeaders.Url] = url,
            [FhirHeaders.Time] = UtcTimeConverter.ToText(at),
        },
    };
}
