using System.Text;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.AcceptanceTests.Outbox;

/// <summary>An older event of the study is in the hands of another worker.</summary>
public sealed class HeldBackEventTests(SharedSurroundings surroundings)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAnEventThatHasToWaitForAnother_WhenThatIsPublished_ThenItFollowsWithoutTheSweep()
    {
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var subscription = await client.SubscribeAsync(_token);
        var options = new BrokerOptions { Transport = BrokerOptions.RabbitMq, Uri = host.Uri.AbsoluteUri };
        await using var channel = new EventChannel(new BrokerConnector(Options.Create(options)));
        var gate = new StoreGate();
        gate.Open();
        using var publisher = new OutboxPublisher(new BusyOutbox(), channel, gate, TimeProvider.System, NullLogger<OutboxPublisher>.Instance);
        await publisher.StartAsync(_token);

        publisher.Offer([new OutboxEntry("evt_held", "stu_1", 2, TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes("{}")) { Position = 2 }]);

        Assert.Equal("evt_held", (await subscription.NextAsync(_token)).MessageId);
        await publisher.StopAsync(_token);
    }

    /// <summary>Another worker publishes the older event after a few looks. There is no sweep.</summary>
    private sealed class BusyOutbox : IOutboxStore
    {
        private int _looks;

        public Task<IReadOnlySet<long>> FindPublishableAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlySet<long>>(++_looks > 5 ? positions.ToHashSet() : new HashSet<long>());

        public Task<IReadOnlyList<OutboxEntry>> TakeUnpublishedAsync(TimeSpan olderThan, int max, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<OutboxEntry>>([]);

        public Task MarkPublishedAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IReadOnlyList<OutboxEntry>> ReadAfterAsync(long position, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long> DeletePublishedBeforeAsync(DateTimeOffset createdBefore, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
