using System.Net;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;
using Microsoft.Data.Sqlite;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>The broker or the database is away: the worker waits, says so, loses nothing, dead-letters nothing, and goes on by itself.</summary>
public sealed class SurroundingsJourneyTests(SharedSurroundings surroundings)
{
    private const string Queue = "study-updates.hl7v2";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenABroker_WhenItIsAwayAtTheStartAndInTheMiddle_ThenTheWorkerWaitsAndGoesOn()
    {
        var first = new InventedOrder();
        var second = new InventedOrder();
        var third = new InventedOrder();
        await using var broker = await RabbitMqBroker.StartOwnAsync(_token);
        await using var host = await broker.CreateVirtualHostAsync(_token);
        await broker.StopAsync(_token);

        await using var worker = await WorkerProcess.StartUnreadyAsync(new WorkerSettings { Broker = host.Uri });
        await worker.WaitUntilNotReadyAsync(_token);
        await AssertReasonAsync(worker, "broker");
        await broker.StartAsync(_token);
        await worker.WaitUntilReadyAsync(_token);

        await AssertTravelsAsync(host, first);

        // An orderly stop comes first: a queue that was declared moments before a power cut may have no leader after it.
        await broker.StopAsync(_token);
        await worker.WaitUntilNotReadyAsync(_token);
        await broker.StartAsync(_token);
        await worker.WaitUntilReadyAsync(_token);
        await AssertTravelsAsync(host, second);

        await broker.KillAsync(_token);
        await worker.WaitUntilNotReadyAsync(_token);
        await broker.StartAsync(_token);
        await worker.WaitUntilReadyAsync(_token);

        await using var again = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var events = await again.SubscribeAsync(_token);
        await again.PublishAsync(Queue, third.Bytes, _token);
        Assert.Equal(third.Key, StudyEvent.Of(await events.NextAsync(_token)).MessageKey);
        await again.PublishAsync(
            "study-updates.fhir", InventedBodies.ImagingStudy(third, 1), _token, new Dictionary<string, string> { ["source-id"] = "pacs-fhir" });
        await events.NextAsync(_token);
        await again.PublishAsync(
            "study-updates.commands",
            InventedBodies.Command(third, "after-the-restart", "\"operation\": \"cancel\""),
            _token,
            new Dictionary<string, string> { ["source-id"] = "ops-console" });
        Assert.Equal(3, StudyEvent.Of(await events.NextAsync(_token)).Version);

        Assert.Equal(5, (await worker.EventsAsync(_token)).Count);
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenOneQueueOfAnotherKind_WhenStarted_ThenTheWorkerIsNotReadyAndSaysSoUntilItIsGone()
    {
        const string last = "study-updates.commands";
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await client.DeclareClassicQueueAsync(last, _token);

        await using var worker = await WorkerProcess.StartUnreadyAsync(new WorkerSettings { Broker = host.Uri });
        await Patience.UntilAsync(
            async () => (await worker.ReadinessAsync(_token)).Contains("of another kind", StringComparison.Ordinal),
            () => $"the reason.\n{worker.Output}",
            _token);
        Assert.False(await worker.IsReadyAsync(_token));

        await client.DeleteQueueAsync(last, _token);
        await worker.WaitUntilReadyAsync(_token);
        Assert.Equal(0u, await client.CountAsync(last, _token));
    }

    [Theory]
    [InlineData("Password", "refuses the user")]
    [InlineData("VirtualHost", "no such virtual host")]
    [InlineData("Port", "No broker listens")]
    public async Task GivenSettingsThatLeadToNoBroker_WhenStarted_ThenHealthSaysWhatIsWrong(string wrong, string reason)
    {
        await using var host = await surroundings.VirtualHostAsync(_token);
        var address = new UriBuilder(host.Uri);
        _ = wrong switch
        {
            "Password" => address.Password = "not-the-password",
            "VirtualHost" => address.Path = "not-there",
            _ => $"{address.Port = 1}",
        };
        await using var worker = await WorkerProcess.StartUnreadyAsync(new WorkerSettings { Broker = address.Uri });

        var text = await worker.WaitForReasonAsync(reason, _token);

        Assert.DoesNotContain("not-the-password", text + worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenAConnectionThatIsCutWhileQueuesAreOpened_WhenTheNetworkWorks_ThenTheyAreOpenedAnew()
    {
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var network = new Proxy(() => (host.Uri.Host, host.Uri.Port));
        network.CutAfter(1717); // In the middle of the declarations.

        await using var worker = await WorkerProcess.StartUnreadyAsync(
            new WorkerSettings { Broker = new UriBuilder(host.Uri) { Host = "127.0.0.1", Port = network.Port }.Uri });

        await worker.WaitUntilReadyAsync(_token);
        await AssertTravelsAsync(host, new InventedOrder());
    }

    [Fact]
    public async Task GivenABrokerWithoutMemory_WhenThereAreEvents_ThenTheyWaitSendersAreToldAtOnceAndAllIsPublishedAfterwards()
    {
        var orders = Enumerable.Range(0, 50).Select(_ => new InventedOrder()).ToList();
        await using var broker = await RabbitMqBroker.StartOwnAsync(_token);
        await using var host = await broker.CreateVirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var subscription = await client.SubscribeAsync(_token);
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings { Broker = host.Uri }, _token);
        await worker.StopAsync();
        await client.PublishAllAsync(Queue, orders.Select(order => order.Bytes), _token);

        await broker.RaiseMemoryAlarmAsync(_token);
        await worker.StartAsync();
        await worker.WaitForReasonAsync("takes no messages", _token);
        await worker.WaitForOutcomeAsync(orders[^1].Key, _token);
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(_token);
        soon.CancelAfter(TimeSpan.FromSeconds(15)); // Less than a sender would wait for a broker that says nothing.
        using var body = new ReadOnlyMemoryContent(new InventedOrder().Bytes);
        using var answer = await worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), body, soon.Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        await broker.EndMemoryAlarmAsync(_token);

        var published = await subscription.ReadUntilAsync(message => StudyEvent.Of(message).MessageKey == orders[^1].Key, _token);
        Assert.Equal(orders.Select(order => order.Key).ToHashSet(), published.Select(message => StudyEvent.Of(message).MessageKey).ToHashSet());
        await worker.WaitUntilReadyAsync(_token);
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenADatabaseThatIsLocked_WhenStarting_ThenTheWorkerWaitsForIt()
    {
        using var folder = new TemporaryFolder("locked");
        var file = Path.Combine(folder.FullName, "worker.db");
        await using var foreign = await LockAsync(file);

        await using var worker = await WorkerProcess.StartUnreadyAsync(new WorkerSettings { SqliteFile = file });
        await worker.WaitUntilNotReadyAsync(_token);
        await AssertReasonAsync(worker, "store");
        await foreign.CloseAsync();

        await worker.WaitUntilReadyAsync(_token);
    }

    [Fact]
    public async Task GivenADatabaseThatIsLockedInTheMiddle_WhenMessagesCome_ThenTheyWaitAndNoneIsADeadLetter()
    {
        using var folder = new TemporaryFolder("locked");
        var file = Path.Combine(folder.FullName, "worker.db");
        var orders = Enumerable.Range(0, 50).Select(_ => new InventedOrder()).ToList();
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings { SqliteFile = file, Broker = host.Uri }, _token);

        var foreign = await LockAsync(file);
        await client.PublishAllAsync(Queue, orders.Select(order => order.Bytes), _token);
        await worker.WaitUntilNotReadyAsync(_token);
        await AssertReasonAsync(worker, "store");
        await foreign.DisposeAsync();

        await worker.WaitForOutcomeAsync(orders[^1].Key, _token);
        await worker.WaitUntilReadyAsync(_token);
        Assert.Equal(orders.Select(order => order.Key), (await worker.EventsAsync(_token)).Select(e => StudyEvent.Of(e).MessageKey));
        Assert.Empty(await worker.DeadLettersAsync(_token));
        Assert.Equal(0u, await client.CountAsync(Queue, _token));
    }

    [Fact]
    public async Task GivenADatabaseThatIsLockedForLong_WhenDeliveriesWereHeldLongEnough_ThenTheyGoBackToTheBrokerAndComeAgain()
    {
        using var folder = new TemporaryFolder("locked");
        var file = Path.Combine(folder.FullName, "worker.db");
        var orders = Enumerable.Range(0, 20).Select(_ => new InventedOrder()).ToList();
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        var environment = new Dictionary<string, string?> { ["Intake__HoldSeconds"] = "1" };
        await using var worker = await WorkerProcess.StartAsync(
            new WorkerSettings { SqliteFile = file, Broker = host.Uri, Environment = environment }, _token);

        var foreign = await LockAsync(file);
        await client.PublishAllAsync(Queue, orders.Select(order => order.Bytes), _token);
        await Patience.UntilAsync(
            () => Task.FromResult(worker.Output.Contains("went back undecided", StringComparison.Ordinal)), () => $"they go back.\n{worker.Output}", _token);
        await Patience.UntilAsync(
            async () => await client.CountAsync(Queue, _token) == orders.Count, () => $"they are in the queue again.\n{worker.Output}", _token);
        await foreign.DisposeAsync();

        await Patience.UntilAsync(
            async () => (await worker.EventsAsync(_token)).Count == orders.Count, () => $"all are decided about.\n{worker.Output}", _token);
        await worker.WaitUntilReadyAsync(_token);
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    private async Task AssertTravelsAsync(VirtualHost host, InventedOrder order)
    {
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var subscription = await client.SubscribeAsync(_token);
        await client.PublishAsync(Queue, order.Bytes, _token);

        Assert.Equal(order.Key, StudyEvent.Of(await subscription.NextAsync(_token)).MessageKey);
    }

    private async Task AssertReasonAsync(WorkerProcess worker, string part)
    {
        using var response = await worker.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), _token);
        var text = await response.Content.ReadAsStringAsync(_token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Contains($"\"part\":\"{part}\"", text, StringComparison.Ordinal);
        using var live = await worker.Http.GetAsync(new Uri("/health/live", UriKind.Relative), _token);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    // What a backup program does when it is careless.
    private async Task<SqliteConnection> LockAsync(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(_token);
        await using var command = connection.CreateCommand();
        command.CommandText = "pragma journal_mode = wal; begin immediate; create table if not exists foreign_lock (x)";
        await command.ExecuteNonQueryAsync(_token);

        return connection;
    }
}
