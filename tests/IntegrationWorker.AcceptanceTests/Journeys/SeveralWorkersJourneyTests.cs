using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>Two workers on the same queues and the same PostgreSQL.</summary>
public sealed class SeveralWorkersJourneyTests(SharedSurroundings surroundings)
{
    private const string Queue = "study-updates.hl7v2";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenTwoWorkersAndAFewBusyStudies_WhenMessagesCome_ThenEachCountsOnceAndEventsComeInTheOrderOfVersions()
    {
        var orders = Enumerable.Range(0, 4).Select(_ => new InventedOrder()).ToList();
        var messages = Enumerable.Range(0, 100).SelectMany(minute => orders.Select(order => order with
        {
            Control = minute == 0 ? "NW" : "XO",
            Description = $"CT Invented {minute}",
            Minute = minute,
        })).ToList();
        using var folder = new TemporaryFolder("workers");
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var subscription = await client.SubscribeAsync(_token);
        var settings = new WorkerSettings
        {
            Broker = host.Uri,
            Postgres = await surroundings.DatabaseAsync(_token),
            KeyFile = folder.PathOf("keys.json"),
            Environment = new Dictionary<string, string?> { ["Intake__BatchMessagesMax"] = "8" },
        };
        await using var one = await WorkerProcess.StartAsync(settings, _token);
        await using var two = await WorkerProcess.StartAsync(settings, _token);

        await client.PublishAllAsync(Queue, messages.Select(message => message.Bytes), _token);
        await Patience.UntilAsync(
            async () => await client.CountAsync(Queue, _token) == 0, () => $"the queue is empty.\n{one.Output}\n{two.Output}", _token);

        foreach (var message in messages.TakeLast(8))
        {
            await one.WaitForOutcomeAsync(message.Key, _token);
        }

        var kept = (await one.EventsAsync(_token)).Select(StudyEvent.Of).ToList();
        var published = new List<StudyEvent>();

        while (published.DistinctBy(e => e.Id).Count() < kept.Count)
        {
            published.Add(StudyEvent.Of(await subscription.NextAsync(_token)));
        }

        foreach (var study in published.GroupBy(e => e.StudyId))
        {
            var versions = study.DistinctBy(e => e.Id).Select(e => e.Version).ToList();
            Assert.Equal(Enumerable.Range(1, versions.Count).Select(version => (long)version), versions);
        }

        foreach (var order in orders)
        {
            var study = await two.StudyAsync(order.Uid, _token);
            Assert.Equal("CT Invented 99", study.GetProperty("studyDescription").GetString());
        }

        Assert.Equal(kept.Count, kept.DistinctBy(e => (e.MessageKey, e.Unit)).Count());
        Assert.Empty(await one.DeadLettersAsync(_token));
    }
}
