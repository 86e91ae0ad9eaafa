using IntegrationWorker.Store;

namespace IntegrationWorker.Outbox;

/// <summary>Brings events out that are already committed.</summary>
internal interface IEventPublisher
{
    /// <summary>Hands over events of a batch, in order. Returns at once; what is not published stays in the outbox and is swept.</summary>
    void Offer(IReadOnlyList<OutboxEntry> events);

    /// <summary>
    /// Waits until the publisher has caught up enough to be handed a further batch. Returns at once while there is nothing to catch
    /// up with: the broker is away, so events are left in the outbox.
    /// </summary>
    Task WaitForRoomAsync(CancellationToken cancellationToken);
}
