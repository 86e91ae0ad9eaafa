using System.Diagnostics.Metrics;
using System.Text;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.AcceptanceTests.Outbox;

/// <summary>What is published when: a real broker, and an outbox in memory.</summary>
public sealed class OutboxPublisherTests(SharedSurroundings surroundings)
{
    private static readonly Meter _meter = new("IntegrationWorker.AcceptanceTests");

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAnEventThatHasToWaitForAnother_WhenThatIsPublished_ThenItFollowsWithoutTheSweep()
    {
        // Another worker publishes the older event after a few looks.
        var looks = 0;
        var outbox = new ScriptedOutbox { MayGo = _ => ++looks > 5 };

        await RunAsync(outbox, async (publisher, events) =>
        {
            publisher.Offer([Event("stu_1", 2)]);

            Assert.Equal("evt_2", (await events.NextAsync(_token)).MessageId);
        });
        Assert.Equal(0, outbox.SweptCount);
    }

    [Fact]
    public async Task GivenManyMoreBatchesThanThePublisherHolds_WhenTheyCommitFasterThanItPublishes_ThenNoneIsLeftToTheSweep()
    {
        const int Batches = 300;
        var outbox = new ScriptedOutbox();

        await RunAsync(outbox, async (publisher, events) =>
        {
            for (var i = 1; i <= Batches; i++)
            {
                await publisher.WaitForRoomAsync(_token);
                publisher.Offer([Event("stu_1", i)]);
            }

            for (var i = 1; i <= Batches; i++)
            {
                Assert.Equal($"evt_{i}", (await events.NextAsync(_token)).MessageId);
            }
        });
        Assert.Equal(0, outbox.SweptCount);
    }

    [Fact]
    public async Task GivenAnEventThatNobodyPublishes_WhenTheWorkerIsNeverIdle_ThenItIsSweptAllTheSame()
    {
        // A worker died between the commit and the publication of this event.
        var outbox = new ScriptedOutbox();

        await RunAsync(outbox, async (publisher, events) =>
        {
            var next = 1;
            outbox.Looked = () => publisher.Offer([Event("stu_2", ++next)]);
            publisher.Offer([Event("stu_2", 1)]);
            await events.NextAsync(_token);
            outbox.Left = [new OutboxEntry("evt_left", "stu_1", 1, TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes("{}"))];

            // Far more than are published in between by those that keep the publisher busy.
            var seen = 0;

            while ((await events.NextAsync(_token)).MessageId != "evt_left")
            {
                Assert.True(++seen < 50_000, "No sweep while the publisher was busy.");
            }
        });
    }

    [Fact]
    public async Task GivenManyTimesWhatASweepTakes_WhenNothingElseComes_ThenOneSweepFollowsTheOther()
    {
        // The broker was away, and nobody sends anything now.
        var outbox = new ScriptedOutbox { LeftPages = 60 };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_token);
        patience.CancelAfter(Patience.Usual); // As usual, but for all of them.

        await RunAsync(outbox, async (_, events) =>
        {
            for (var i = 60; i >= 1; i--)
            {
                Assert.Equal($"evt_{i}", (await events.NextAsync(patience.Token)).MessageId);
            }
        });
    }

    [Fact]
    public async Task GivenEventsThatAreNext_WhenCommitted_ThenNobodyLooksForOlderOnes()
    {
        var looks = 0;
        var outbox = new ScriptedOutbox { Looked = () => looks++ };

        await RunAsync(outbox, async (publisher, events) =>
        {
            for (var i = 1; i <= 3; i++)
            {
                publisher.Offer([Event("stu_1", i) with { IsNext = true }]);
                Assert.Equal($"evt_{i}", (await events.NextAsync(_token)).MessageId);
            }

            Assert.Equal(0, looks);
            publisher.Offer([Event("stu_1", 4)]);
            Assert.Equal("evt_4", (await events.NextAsync(_token)).MessageId);
            Assert.Equal(1, looks);
        });
    }

    [Fact]
    public async Task GivenAnEventThatWasSwept_WhenItsTurnComes_ThenItIsNotPublishedAgain()
    {
        var outbox = new ScriptedOutbox { IsGone = position => position == 1 };

        await RunAsync(outbox, async (publisher, events) =>
        {
            publisher.Offer([Event("stu_1", 1), Event("stu_1", 2)]);

            Assert.Equal("evt_2", (await events.NextAsync(_token)).MessageId);
        });
    }

    [Fact]
    public async Task GivenABrokerThatIsAway_WhenRoomIsWantedForMoreThanThePublisherHolds_ThenNobodyWaits()
    {
        var options = new BrokerOptions { Transport = BrokerOptions.RabbitMq, Uri = "amqp://127.0.0.1:1" };
        await using var channel = new EventChannel(new BrokerConnector(Options.Create(options)));
        using var publisher = new OutboxPublisher(
            new ScriptedOutbox(), channel, new StoreGate(), new OutboxMetrics(_meter, TimeProvider.System), TimeProvider.System, NullLogger<OutboxPublisher>.Instance);
        await publisher.StartAsync(_token);

        for (var i = 1; i <= 300; i++)
        {
            await publisher.WaitForRoomAsync(_token);
            publisher.Offer([Event("stu_1", i)]);
        }

        await publisher.StopAsync(_token);
    }

    private async Task RunAsync(IOutboxStore outbox, Func<OutboxPublisher, Subscription, Task> act)
    {
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var subscription = await client.SubscribeAsync(_token);
        var options = new BrokerOptions { Transport = BrokerOptions.RabbitMq, Uri = host.Uri.AbsoluteUri };
        await using var channel = new EventChannel(new BrokerConnector(Options.Create(options)));
        var gate = new StoreGate();
        gate.Open();
        using var publisher = new OutboxPublisher(
            outbox, channel, gate, new OutboxMetrics(_meter, TimeProvider.System), TimeProvider.System, NullLogger<OutboxPublisher>.Instance);
        await publisher.StartAsync(_token);
        await Patience.UntilAsync(() => Task.FromResult(publisher.Reason is null), () => publisher.Reason ?? "nothing", _token);

        await act(publisher, subscription);

        await publisher.StopAsync(_token);
    }

    private static OutboxEntry Event(string studyId, int version) =>
        new($"evt_{version}", studyId, version, TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes("{}")) { Position = version };

    private sealed class ScriptedOutbox : IOutboxStore
    {
        public Func<long, bool> MayGo { get; init; } = _ => true;

        public Func<long, bool> IsGone { get; init; } = _ => false;

        public Action Looked { get; set; } = () => { };

        /// <summary>What the sweep finds, once.</summary>
        public IReadOnlyList<OutboxEntry> Left { get; set; } = [];

        /// <summary>What further sweeps find, one event each.</summary>
        public int LeftPages { get; set; }

        public int SweptCount { get; private set; }

        public Task<IReadOnlyDictionary<long, bool>> FindPendingAsync(IReadOnlyCollection<OutboxEntry> events, CancellationToken cancellationToken)
        {
            Looked();

            return Task.FromResult<IReadOnlyDictionary<long, bool>>(
                events.Select(entry => entry.Position).Where(position => !IsGone(position)).ToDictionary(position => position, MayGo));
        }

        public Task<IReadOnlyList<OutboxEntry>> TakeUnpublishedAsync(TimeSpan olderThan, int max, CancellationToken cancellationToken)
        {
            var left = LeftPages > 0 ? [Event("stu_3", LeftPages--)] : Left;
            Left = [];
            SweptCount += left.Count;

            return Task.FromResult(left);
        }

        public Task MarkPublishedAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IReadOnlyList<OutboxEntry>> ReadAfterAsync(long position, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long> DeletePublishedBeforeAsync(DateTimeOffset createdBefore, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
