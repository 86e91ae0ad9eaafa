using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>The worker dies at once, in the middle of its work, and starts again.</summary>
public sealed class CrashJourneyTests(SharedSurroundings surroundings)
{
    private const string Queue = "study-updates.hl7v2";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenFiveThousandMessages_WhenKilledInTheMiddleAndStartedAgain_ThenEveryStudyIsRightAndEveryEventThereOnce(string store)
    {
        // 1,000 studies, each with an order and four changes. The published order is the order of the facts.
        const int studies = 1000;
        string[] priorities = ["R", "A", "S", "R", "S"];
        var orders = Enumerable.Range(0, studies).Select(_ => new InventedOrder()).ToList();
        var messages = priorities
            .SelectMany((priority, minute) => orders.Select(order =>
                order with { Control = minute == 0 ? "NW" : "XO", Priority = priority, Minute = minute }))
            .ToList();

        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var subscription = await client.SubscribeAsync(_token);
        await using var worker = await WorkerProcess.StartAsync(
            await new WorkerSettings { Broker = host.Uri }.OnAsync(store, surroundings, _token), _token);

        var seen = new List<StudyEvent>();
        var publishing = client.PublishAllAsync(Queue, messages.Select(message => message.Bytes), _token);

        foreach (var killAfter in (int[])[300, 1700, 3100])
        {
            while (seen.Count < killAfter)
            {
                seen.Add(StudyEvent.Of(await subscription.NextAsync(_token)));
            }

            await worker.KillAsync();
            await worker.StartAgainAsync(_token);
        }

        await publishing;
        await Patience.UntilAsync(
            async () => await client.CountAsync(Queue, _token) == 0, () => $"the queue is empty.\n{worker.Output}", _token);
        var marker = new InventedOrder();
        await client.PublishAsync(Queue, marker.Bytes, _token);
        await worker.WaitForOutcomeAsync(marker.Key, _token);
        seen.AddRange((await subscription.ReadUntilAsync(message => StudyEvent.Of(message).MessageKey == marker.Key, _token)).Select(StudyEvent.Of));

        // What was swept after a crash may come after the marker: the store knows how many there have to be.
        var kept = (await worker.EventsAsync(_token)).Select(StudyEvent.Of).ToList();
        var ids = seen.Select(published => published.Id).ToHashSet();

        while (ids.Count < kept.Count)
        {
            var late = StudyEvent.Of(await subscription.NextAsync(_token));
            seen.Add(late);
            ids.Add(late.Id);
        }

        Assert.Equal(messages.Select(message => message.Key).Append(marker.Key).Order(StringComparer.Ordinal), kept.Select(e => e.MessageKey).Order(StringComparer.Ordinal));
        Assert.Equal(kept.Select(e => e.Id).Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
        AssertFirstPublicationsAreInOrder(seen);
        Assert.Empty(await worker.DeadLettersAsync(_token));

        foreach (var order in orders)
        {
            var study = await worker.StudyAsync(order.Uid, _token);
            Assert.Equal("stat", study.GetProperty("severity").GetString());
            Assert.Equal("S", study.GetProperty("metadata").GetProperty("ris.priorityCode").GetString());
        }
    }

    [Theory]
    [InlineData("after-claim:2", Stores.Postgres)]
    [InlineData("before-commit:2", Stores.Postgres)]
    [InlineData("after-commit:1", Stores.Sqlite)]
    [InlineData("after-commit:3", Stores.Postgres)]
    [InlineData("before-publish:1", Stores.Postgres)]
    [InlineData("before-publish:3", Stores.Sqlite)]
    [InlineData("before-mark:2", Stores.Postgres)]
    [InlineData("before-ack:1", Stores.Sqlite)]
    [InlineData("before-ack:70", Stores.Postgres)] // In the middle of a batch's acknowledgements.
    public async Task GivenAWorkerThatDiesAtThisPlace_WhenStartedAgain_ThenThereIsOneEffectAndOneEventIdForEachMessage(string place, string store)
    {
        var orders = Enumerable.Range(0, 100).Select(_ => new InventedOrder()).ToList();
        var messages = orders.Concat(orders.Select(order => order with { Control = "XO", Priority = "S", Minute = 1 })).ToList();
        var environment = new Dictionary<string, string?> { ["INTEGRATION_WORKER_CRASH_AT"] = place, ["Intake__BatchMessagesMax"] = "32" };
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var subscription = await client.SubscribeAsync(_token);
        await using var worker = await WorkerProcess.StartAsync(
            await new WorkerSettings { Broker = host.Uri, Environment = environment }.OnAsync(store, surroundings, _token), _token);

        await client.PublishAllAsync(Queue, messages.Select(message => message.Bytes), _token);
        await worker.WaitForExitAsync(_token);
        environment.Remove("INTEGRATION_WORKER_CRASH_AT");
        await worker.StartAgainAsync(_token);
        await client.PublishAsync(Queue, messages[0].Bytes, _token); // The sender is not sure either.

        // Every message has one event, every event was published, and none has a second id.
        var published = new List<StudyEvent>();

        while (published.DistinctBy(e => e.Id).Count() < messages.Count)
        {
            published.Add(StudyEvent.Of(await subscription.NextAsync(_token)));
        }

        var kept = (await worker.EventsAsync(_token)).Select(StudyEvent.Of).ToList();
        Assert.Equal(messages.Select(message => message.Key).Order(StringComparer.Ordinal), kept.Select(e => e.MessageKey).Order(StringComparer.Ordinal));
        Assert.Equal(kept.Select(e => e.Id).Order(StringComparer.Ordinal), published.Select(e => e.Id).Distinct().Order(StringComparer.Ordinal));
        AssertFirstPublicationsAreInOrder(published);
        Assert.Empty(await worker.DeadLettersAsync(_token));
        await Patience.UntilAsync(
            async () => await client.CountAsync(Queue, _token) == 0, () => $"the queue is empty.\n{worker.Output}", _token);
    }

    [Fact]
    public async Task GivenWorkInHand_WhenAskedToStop_ThenTheBatchIsFinishedAndNothingIsLeftUnanswered()
    {
        var orders = Enumerable.Range(0, 2000).Select(_ => new InventedOrder()).ToList();
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var subscription = await client.SubscribeAsync(_token);
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings { Broker = host.Uri }, _token);

        var publishing = client.PublishAllAsync(Queue, orders.Select(order => order.Bytes), _token);
        await subscription.NextAsync(_token);
        var orderly = await worker.StopAsync();
        await publishing;
        var waiting = await client.CountAsync(Queue, _token);
        await worker.StartAgainAsync(_token);
        await Patience.UntilAsync(
            async () => (await worker.EventsAsync(_token)).Count == orders.Count, () => $"all are decided about.\n{worker.Output}", _token);
        var outcomes = await worker.GetAsync($"/v1/messages?controlId={orders[0].Key.Split('/')[^1]}", _token);

        Assert.True(orderly, worker.Output);
        Assert.NotEqual(0u, waiting);
        Assert.Equal("created", outcomes.GetProperty("messages")[0].GetProperty("outcome").GetString());
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    private static void AssertFirstPublicationsAreInOrder(IEnumerable<StudyEvent> events)
    {
        foreach (var study in events.GroupBy(e => e.StudyId))
        {
            var firsts = study.DistinctBy(e => e.Id).Select(e => e.Version).ToList();
            Assert.Equal(Enumerable.Range(1, firsts.Count).Select(version => (long)version), firsts);
        }
    }
}
