using System.Net;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;
using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>PostgreSQL is away, dies, is full, slow or a standby: the worker waits, says what is wrong, loses nothing, and goes on by itself.</summary>
public sealed class DatabaseJourneyTests(SharedSurroundings surroundings)
{
    private const string Queue = "study-updates.hl7v2";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenADatabase_WhenItIsAwayAtTheStartAndDiesInTheMiddle_ThenTheWorkerWaitsAndGoesOn()
    {
        var (first, second) = (new InventedOrder(), new InventedOrder());
        await using var server = await PostgresServer.StartOwnAsync(durable: true, _token);
        var database = await server.CreateDatabaseAsync(_token);
        await using var host = await surroundings.VirtualHostAsync(_token);
        await server.StopAsync(_token);

        await using var worker = await WorkerProcess.StartUnreadyAsync(new WorkerSettings { Postgres = database, Broker = host.Uri });
        await worker.WaitForReasonAsync("No database listens", _token);
        await server.StartAsync(_token);
        await worker.WaitUntilReadyAsync(_token);

        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await client.PublishAsync(Queue, first.Bytes, _token);
        await worker.WaitForOutcomeAsync(first.Key, _token);
        await server.KillAsync(_token);
        await client.PublishAsync(Queue, second.Bytes, _token);
        await worker.WaitUntilNotReadyAsync(_token);
        await server.StartAsync(_token);

        await worker.WaitUntilReadyAsync(_token);
        await worker.WaitForOutcomeAsync(second.Key, _token);
        Assert.Equal([first.Key, second.Key], (await worker.EventsAsync(_token)).Select(e => StudyEvent.Of(e).MessageKey));
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    [Theory]
    [InlineData("alter role {0} connection limit 0", "alter role {0} connection limit -1", "no connection left")]
    [InlineData("alter role {0} set default_transaction_read_only = on", "alter role {0} reset default_transaction_read_only", "takes no changes")]
    [InlineData("alter role {0} nologin", "alter role {0} login", "refuses the user")]
    public async Task GivenADatabaseThatRefusesWork_WhenMessagesCome_ThenTheyWaitAndHealthSaysWhy(string refuse, string allow, string reason)
    {
        var orders = Enumerable.Range(0, 20).Select(_ => new InventedOrder()).ToList();
        await using var role = await DatabaseRole.CreateAsync(await surroundings.DatabaseAsync(_token), _token);
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings { Postgres = role.ConnectionString, Broker = host.Uri }, _token);

        await role.ChangeAsync(refuse, _token);
        await client.PublishAllAsync(Queue, orders.Select(order => order.Bytes), _token);
        await worker.WaitForReasonAsync(reason, _token);
        await role.ChangeAsync(allow, _token);

        await worker.WaitForOutcomeAsync(orders[^1].Key, _token);
        await worker.WaitUntilReadyAsync(_token);
        Assert.Equal(orders.Select(order => order.Key), (await worker.EventsAsync(_token)).Select(e => StudyEvent.Of(e).MessageKey));
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenADatabaseThatDoesNotAnswer_WhenMessagesCome_ThenTheyWaitForItAndHealthSaysSo()
    {
        var orders = Enumerable.Range(0, 20).Select(_ => new InventedOrder()).ToList();
        var address = new NpgsqlConnectionStringBuilder(await surroundings.DatabaseAsync(_token));
        await using var network = new Proxy(() => (address.Host!, address.Port));
        var through = new NpgsqlConnectionStringBuilder(address.ConnectionString) { Host = "127.0.0.1", Port = network.Port }.ConnectionString;
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings { Postgres = through, Broker = host.Uri }, _token);

        using var answers = CancellationTokenSource.CreateLinkedTokenSource(_token);
        var pause = network.PauseAsync(Timeout.InfiniteTimeSpan, answers.Token);
        await client.PublishAllAsync(Queue, orders.Select(order => order.Bytes), _token);
        await worker.WaitForReasonAsync("does not answer in time", _token);
        await answers.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pause);

        await worker.WaitForOutcomeAsync(orders[^1].Key, _token);
        await worker.WaitUntilReadyAsync(_token);
        Assert.Equal(orders.Count, (await worker.EventsAsync(_token)).Count);
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    [Theory]
    [InlineData("Password=not-the-password", "refuses the user")]
    [InlineData("Port=1", "No database listens")]
    [InlineData("Database=not_there", "no database of the name")]
    public async Task GivenSettingsThatLeadToNoDatabase_WhenAMessageIsPosted_ThenTheSenderIsToldAtOnceAndHealthSaysWhatIsWrong(string wrong, string reason)
    {
        var connectionString = new NpgsqlConnectionStringBuilder($"{await surroundings.DatabaseAsync(_token)};{wrong}").ConnectionString;
        await using var worker = await WorkerProcess.StartUnreadyAsync(new WorkerSettings { Postgres = connectionString });
        await worker.WaitUntilNotReadyAsync(_token);

        using var soon = CancellationTokenSource.CreateLinkedTokenSource(_token);
        soon.CancelAfter(TimeSpan.FromSeconds(20)); // Less than the 50 s for which a message may wait for its outcome.
        using var body = new ReadOnlyMemoryContent(new InventedOrder().Bytes);
        using var answer = await worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), body, soon.Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("SYS-901", await answer.Content.ReadAsStringAsync(_token), StringComparison.Ordinal);

        foreach (var path in (string[])["", "/stu_00000000000000000000000000000000", "/by-uid/1.2.3"])
        {
            using var study = await worker.Http.GetAsync(new Uri($"/v1/viewer/studies{path}", UriKind.Relative), soon.Token);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (study.StatusCode, study.Content.Headers.ContentType?.MediaType));
            Assert.Contains("SYS-901", await study.Content.ReadAsStringAsync(_token), StringComparison.Ordinal);
        }

        var text = await worker.WaitForReasonAsync(reason, _token);
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        string[] secrets = [settings.Password!, settings.Username!, settings.Database!, settings.Host!];
        Assert.All(secrets.Where(secret => secret != "worker"), secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.DoesNotContain("not-the-password", worker.Output, StringComparison.Ordinal);
    }
}
