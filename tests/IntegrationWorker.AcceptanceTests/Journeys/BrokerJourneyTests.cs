using System.Text;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>A foreign AMQP client publishes raw bodies and reads the events from the topic exchange.</summary>
public sealed class BrokerJourneyTests(SharedSurroundings surroundings) : IAsyncLifetime
{
    private const string Hl7 = "study-updates.hl7v2";
    private const string Fhir = "study-updates.fhir";
    private const string Commands = "study-updates.commands";

    private static readonly Dictionary<string, string> _fromPacs = new() { ["source-id"] = "pacs-fhir", ["fhir-interaction"] = "update" };
    private static readonly Dictionary<string, string> _fromOperators = new() { ["source-id"] = "ops-console" };

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private VirtualHost _host = null!;
    private WorkerProcess _worker = null!;
    private AmqpClient _client = null!;
    private Subscription _events = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await surroundings.VirtualHostAsync(_token);
        _client = await AmqpClient.ConnectAsync(_host.Uri, _token);
        _events = await _client.SubscribeAsync(_token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.DisposeAsync();
        }

        await _events.DisposeAsync();
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task GivenAnOrder_WhenPublishedRaw_ThenItsEventIsACloudEventOnTheTopicExchange()
    {
        await StartAsync(Stores.Sqlite);
        var order = new InventedOrder { Priority = "S" };

        await _client.PublishAsync(Hl7, order.Bytes, _token);
        var message = await _events.NextAsync(_token);

        var created = StudyEvent.Of(message);
        Assert.Equal("application/cloudevents+json", message.ContentType);
        Assert.Equal("study.updated.v1", message.RoutingKey);
        Assert.True(message.Persistent);
        Assert.Equal(created.Id, message.MessageId);
        Assert.Equal("study.updated.v1", message.Json.GetProperty("type").GetString());
        Assert.Equal((order.Uid, 1, "create", order.Key), (created.Uid, created.Version, created.Operations, created.MessageKey));
        Assert.Equal(("CT Invented", "stat"), (created.Current("studyDescription"), created.Current("severity")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/hl7-v2; charset=utf-8")]
    [InlineData("application/json")] // Interface engines say all sorts of things; the queue decides.
    [InlineData("no type at all")]
    public async Task GivenAnyContentType_WhenAnOrderIsPublished_ThenTheBytesCount(string? contentType)
    {
        await StartAsync(Stores.Sqlite);
        var order = new InventedOrder();

        await _client.PublishAsync(Hl7, order.Bytes, _token, contentType: contentType, messageId: "no-guid");

        Assert.Equal(order.Uid, StudyEvent.Of(await _events.NextAsync(_token)).Uid);
    }

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenTheLifeOfAStudy_WhenPublished_ThenEachFactIsOneEventInOrder(string store)
    {
        await StartAsync(store);
        var order = new InventedOrder();
        var raised = order with { Control = "XO", Priority = "S", Minute = 10 };
        var late = order with { Control = "XO", Priority = "A", Minute = 5 };
        var cancelled = order with { Control = "CA", Status = "CA", Minute = 20 };
        var reinstated = order with { Control = "XO", Priority = "S", Minute = 30 };

        foreach (var message in (InventedOrder[])[order, raised, late, raised, cancelled, reinstated])
        {
            await _client.PublishAsync(Hl7, message.Bytes, _token);
        }

        var events = await EventsUntilAsync(reinstated.Key);

        Assert.Equal([order.Key, raised.Key, cancelled.Key, reinstated.Key], events.Select(e => e.MessageKey));
        Assert.Equal([1, 2, 3, 4], events.Select(e => e.Version));
        Assert.Equal("stat", events[1].Current("severity"));
        Assert.Contains("cancel", events[2].Operations);
        Assert.Contains("uncancel", events[3].Operations);
        Assert.Equal("superseded", await _worker.OutcomeAsync(late.Key, _token));
        var study = await _worker.StudyAsync(order.Uid, _token);
        Assert.Equal("stat", study.GetProperty("severity").GetString());
        Assert.False(study.GetProperty("isCancelled").GetBoolean());
    }

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenBodiesNobodyCanRead_WhenPublishedAmongGoodOnes_ThenTheyAreDeadLettersAndTheQueueGoesOn(string store)
    {
        await StartAsync(store);
        var before = new InventedOrder();
        var stranger = new InventedOrder { Sender = "NOBODY" };
        var after = new InventedOrder();

        await _client.PublishAsync(Hl7, before.Bytes, _token);
        await _client.PublishAsync(Hl7, "this is not HL7", _token);
        await _client.PublishAsync(Hl7, stranger.Bytes, _token);
        await _client.PublishAsync(Hl7, ReadOnlyMemory<byte>.Empty, _token);
        await _client.PublishAsync(Hl7, TooLarge(), _token);
        await _client.PublishAsync(Fhir, "{ broken", _token, _fromPacs);
        await _client.PublishAsync(Commands, "{}", _token, new Dictionary<string, string> { ["source-id"] = "nobody-knows" });
        await _client.PublishAsync(Hl7, after.Bytes, _token);
        await EventsUntilAsync(after.Key);
        await Patience.UntilAsync(
            async () => (await _worker.DeadLettersAsync(_token)).Count == 6, () => $"six dead letters.\n{_worker.Output}", _token);

        var letters = await _worker.DeadLettersAsync(_token);
        Assert.Equal(
            ["FHR-001", "HL7-001", "HL7-001", "HL7-009", "HL7-010", "SRC-001"],
            letters.Select(letter => letter.GetProperty("code").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal("created", await _worker.OutcomeAsync(before.Key, _token));
        var strange = letters.Single(letter => letter.GetProperty("code").GetString() == "HL7-010").GetProperty("id").GetString();
        var kept = await _worker.GetAsync($"/v1/dead-letters/{strange}", _token);
        Assert.Equal(stranger.Text, kept.GetProperty("body").GetString());
        Assert.Equal(0u, await _client.CountAsync("study-updates.dead", _token));
    }

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenAnArchiveAndACoordinator_WhenTheySpeakOfTheStudy_ThenItChanges(string store)
    {
        await StartAsync(store);
        var order = new InventedOrder();
        var envelopeId = Guid.NewGuid();

        await _client.PublishAsync(Hl7, order.Bytes, _token);
        await EventsUntilAsync(order.Key);
        await _client.PublishAsync(Fhir, InventedBodies.ImagingStudy(order, 1), _token, _fromPacs, "application/fhir+json");
        var images = StudyEvent.Of(await _events.NextAsync(_token));
        await _client.PublishAsync(
            Commands, InventedBodies.Command(order, $"inv-{order.Number}", "\"patch\": { \"severity\": \"high\" }"), _token, _fromOperators);
        var command = StudyEvent.Of(await _events.NextAsync(_token));
        await _client.PublishAsync(
            Commands,
            InventedBodies.Envelope(order, envelopeId, "\"operation\": \"cancel\""),
            _token,
            _fromOperators,
            "application/vnd.masstransit+json");
        var envelope = StudyEvent.Of(await _events.NextAsync(_token));

        Assert.Equal("available", images.Current("metadata.fhir.status"));
        Assert.Equal("high", command.Current("severity"));
        Assert.Equal($"cmd/ops-console/inv-{order.Number}", command.MessageKey);
        Assert.Equal("cancel", envelope.Operations);
        Assert.Equal($"cmd/ops-console/{envelopeId}", envelope.MessageKey);
        Assert.Equal([2, 3, 4], (long[])[images.Version, command.Version, envelope.Version]);
    }

    [Fact]
    public async Task GivenABrokerThatGivesAMessageUp_WhenItIsDeadLettered_ThenItIsDecidedAboutOnceMore()
    {
        await StartAsync(Stores.Postgres);
        var order = new InventedOrder();

        await _client.PublishAsync("study-updates.dead", order.Bytes, _token);

        Assert.Equal(order.Key, StudyEvent.Of(await _events.NextAsync(_token)).MessageKey);
        await Patience.UntilAsync(
            async () => await _client.CountAsync("study-updates.dead", _token) == 0, () => "the dead queue is empty.", _token);
    }

    [Fact]
    public async Task GivenErrorAndSkippedQueuesOfTheBus_WhenTheWorkerStarts_ThenWhatLiesThereIsADeadLetterOnce()
    {
        var (faulted, skipped) = (new InventedOrder(), new InventedOrder());
        await _client.DeclareQuorumQueueAsync($"{Hl7}_error", _token);
        await _client.DeclareQuorumQueueAsync($"{Hl7}_skipped", _token);
        await _client.PublishAsync(
            $"{Hl7}_error", faulted.Bytes, _token, new Dictionary<string, string> { ["MT-Fault-ExceptionType"] = "Invented.Exception", ["MT-Fault-RetryCount"] = "2" }, messageId: "m1");
        await _client.PublishAsync($"{Hl7}_error", faulted.Bytes, _token, messageId: "m1"); // Stored, and the collector died before it took it off.
        await _client.PublishAsync($"{Hl7}_skipped", skipped.Bytes, _token);

        await StartAsync(Stores.Sqlite);
        await Patience.UntilAsync(
            async () => await _client.CountAsync($"{Hl7}_error", _token) + await _client.CountAsync($"{Hl7}_skipped", _token) == 0,
            () => $"the queues are empty.\n{_worker.Output}",
            _token);

        var letters = await _worker.DeadLettersAsync(_token);
        Assert.Equal(["RTY-001", "RTY-001"], letters.Select(letter => letter.GetProperty("code").GetString()));
        var first = letters.Select(letter => letter.GetProperty("id").GetString()).First();
        var replay = await _worker.RunVerbAsync(["dead-letters", "replay", first!, "--why", "invented"], _token);
        Assert.Equal(0, replay.ExitCode);
        Assert.Contains(StudyEvent.Of(await _events.NextAsync(_token)).Uid, (string[])[faulted.Uid, skipped.Uid]);
    }

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenABroker_WhenAMessageComesOverHttp_ThenItTravelsOverTheQueueAndItsOutcomeCanBeWaitedFor(string store)
    {
        await StartAsync(store);
        var order = new InventedOrder();
        var unreadable = new InventedOrder { Sender = "NOBODY" };

        var waited = await PostAsync(order, "wait=30");
        var accepted = await PostAsync(order with { Control = "XO", Priority = "S", Minute = 1 }, "respond-async, wait=30");
        var rejected = await PostAsync(unreadable, null);

        Assert.Equal((200, "created"), (waited.Status, waited.Json.GetProperty("outcome").GetString()));
        Assert.Equal(202, accepted.Status);
        await _worker.WaitForOutcomeAsync(accepted.Json.GetProperty("messageKey").GetString()!, _token);
        Assert.Equal((200, "rejected"), (rejected.Status, rejected.Json.GetProperty("outcome").GetString()));
        Assert.Equal(order.Key, StudyEvent.Of(await _events.NextAsync(_token)).MessageKey);
    }

    private async Task StartAsync(string store) => _worker = await WorkerProcess.StartAsync(
        await new WorkerSettings { Broker = _host.Uri }.OnAsync(store, surroundings, _token), _token);

    private async Task<(int Status, System.Text.Json.JsonElement Json)> PostAsync(InventedOrder order, string? prefer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/messages", UriKind.Relative))
        {
            Content = new ReadOnlyMemoryContent(order.Bytes),
        };

        if (prefer is not null)
        {
            request.Headers.Add("Prefer", prefer);
        }

        using var response = await _worker.Http.SendAsync(request, _token);
        return ((int)response.StatusCode, System.Text.Json.JsonElement.Parse(await response.Content.ReadAsStringAsync(_token)));
    }

    private async Task<IReadOnlyList<StudyEvent>> EventsUntilAsync(string key) =>
        [.. (await _events.ReadUntilAsync(message => StudyEvent.Of(message).MessageKey == key, _token)).Select(StudyEvent.Of)];

    private static byte[] TooLarge() =>
        Encoding.ASCII.GetBytes(new InventedOrder { Description = new string('x', (5 * 1024 * 1024) + 1) }.Text);
}
