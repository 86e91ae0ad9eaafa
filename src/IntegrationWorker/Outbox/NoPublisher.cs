using IntegrationWorker.Store;

namespace IntegrationWorker.Outbox;

/// <summary>Without a broker there is no exchange: events stay in the store, where they are read.</summary>
internal sealed class NoPublisher : IEventPublisher
{
    public void Offer(IReadOnlyList<OutboxEntry> events)
    {
    }

    public Task WaitForRoomAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
