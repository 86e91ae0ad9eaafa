using IntegrationWorker.Store;

namespace IntegrationWorker.Outbox;

/// <summary>Brings events out that are already committed.</summary>
internal interface IEventPublisher
{
    /// <summary>Hands over events of a batch, in order. Returns at once; what is not published stays in the outbox and is swept.</summary>
    void Offer(IReadOnlyList<OutboxEntry> events);
}
