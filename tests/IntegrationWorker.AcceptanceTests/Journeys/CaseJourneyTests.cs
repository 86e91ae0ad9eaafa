using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>Messages of a sender that was not registered, once it is: replayed, mended, or overtaken.</summary>
public sealed class CaseJourneyTests(SharedSurroundings surroundings) : IAsyncLifetime
{
    private const string Queue = "study-updates.hl7v2";
    private const string Letters = "/v1/dead-letters";
    private const string Replays = $"{Letters}/replays";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new("cases");

    private VirtualHost _host = null!;
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
        await _events.DisposeAsync();
        await _client.DisposeAsync();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenAStoreOfCases_WhenAllAreReplayedTwice_ThenTheSecondTimeNothingIsWrittenOrPublishedAndThereIsAReceiptForEach(string store)
    {
        var settings = await SettingsAsync(store);
        var orders = Enumerable.Range(0, 20).Select(_ => new InventedOrder()).ToList();
        List<ReadOnlyMemory<byte>> bodies =
        [
            .. orders.Select(order => order.Bytes),
            .. orders.Select(order => (order with { Control = "XO", Priority = "S", Minute = 20 }).Bytes),
            .. orders.Select(order => (order with { Control = "XO", Priority = "A", Minute = 10 }).Bytes), // Late by then.
            .. Enumerable.Range(0, 5).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"no message {i}")),
        ];
        await FailAsync(settings, bodies);
        await using var worker = await WorkerProcess.StartAsync(settings, _token);

        var first = await ReplayAllAsync(worker);
        var published = await EventsUntilMarkerAsync(worker);
        var before = await StateAsync(worker, orders);
        var second = await ReplayAllAsync(worker);
        var publishedAgain = await EventsUntilMarkerAsync(worker);

        Assert.Equal((bodies.Count, 5, 40), (Number(first, "done"), Number(first, "rejected"), Number(first, "changed")));
        Assert.Equal((bodies.Count, 5, 0), (Number(second, "done"), Number(second, "rejected"), Number(second, "changed")));
        Assert.Equal((40, 0), (published.Count, publishedAgain.Count));
        Assert.Equal(before, await StateAsync(worker, orders));
        var receipts = await ReceiptsAsync(worker, second);
        Assert.Equal(bodies.Count, receipts.Select(receipt => receipt.GetProperty("deadLetterId").GetString()).Distinct().Count());
        Assert.All(receipts, receipt => Assert.Equal(0, receipt.GetProperty("changed").GetArrayLength()));
        Assert.Equal(60, receipts.Count(receipt => receipt.GetProperty("outcome").GetString() == "duplicate"));
    }

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenACaseAndAnEditOfIt_WhenBothAreReplayedAtOnce_ThenOneOfThemTakesEffect(string store)
    {
        var settings = await SettingsAsync(store);
        var orders = Enumerable.Range(0, 12).Select(_ => new InventedOrder()).ToList();
        await FailAsync(settings, [.. orders.Select(order => order.Bytes)]);
        await using var worker = await WorkerProcess.StartAsync(settings, _token);
        var cases = new List<(string Id, InventedOrder Order)>();

        foreach (var letter in await worker.DeadLettersAsync(_token))
        {
            var id = letter.GetProperty("id").GetString()!;
            var body = (await worker.GetAsync($"{Letters}/{id}", _token)).GetProperty("body").GetString()!;
            var order = orders.Single(one => one.Text == body);
            await PutAsync(worker, $"{Letters}/{id}/body?why=urgent", (order with { ControlId = order.Key.Split('/')[^1], Priority = "S" }).Bytes);
            await PostAsync(worker, $"{Letters}/{id}/approve?revision=1");
            cases.Add((id, order));
        }

        await Task.WhenAll(cases.SelectMany(one => new[]
        {
            PostAsync(worker, $"{Letters}/{one.Id}/replay?why=mended"),
            _client.PublishAsync(Queue, one.Order.Bytes, _token, new Dictionary<string, string> { ["replay-id"] = $"rpl-{one.Order.Number}" }),
        }));
        var published = await EventsUntilMarkerAsync(worker);

        Assert.Equal(orders.Select(order => order.Uid).Order(StringComparer.Ordinal), published.Select(one => one.Uid).Order(StringComparer.Ordinal));
        Assert.All(published, one => Assert.Equal(("create", 1), (one.Operations, one.Version)));
    }

    [Fact]
    public async Task GivenACase_WhenANewerMessageHasSettledItsFields_ThenItClosesAsSuperseded()
    {
        var settings = await SettingsAsync(Stores.Postgres);
        var order = new InventedOrder();
        await FailAsync(settings, [(order with { Control = "XO", Priority = "S", Minute = 10 }).Bytes]);
        await using var worker = await WorkerProcess.StartAsync(settings, _token);

        await _client.PublishAsync(Queue, order.Bytes, _token);
        await _client.PublishAsync(Queue, (order with { Control = "XO", Priority = "A", Minute = 20 }).Bytes, _token);
        var published = await EventsUntilMarkerAsync(worker);

        // The worker looks a minute after its start, then every ten minutes.
        JsonElement letter = default;
        await Patience.UntilAsync(
            async () => (letter = Assert.Single(await worker.DeadLettersAsync(_token))).GetProperty("status").GetString() == "superseded",
            () => $"the case is superseded. It is {letter}",
            TimeSpan.FromMinutes(3),
            _token);
        var attempt = (await worker.GetAsync($"{Letters}/{letter.GetProperty("id").GetString()}", _token)).GetProperty("attempts")[0];

        Assert.Equal(2, published.Count);
        Assert.Equal(("supersede", "worker"), (attempt.GetProperty("action").GetString(), attempt.GetProperty("who").GetString()));
        Assert.Contains(attempt.GetProperty("detail").GetProperty("fields").EnumerateArray(), field => field.GetProperty("field").GetString() == "severity");
        Assert.Empty(await EventsUntilMarkerAsync(worker));
    }

    private async Task<WorkerSettings> SettingsAsync(string store) => await new WorkerSettings
    {
        Broker = _host.Uri,
        SqliteFile = _folder.PathOf("worker.db"),
        KeyFile = _folder.PathOf("keys.json"),
    }.OnAsync(store, surroundings, _token);

    // A worker to whom nobody is known.
    private async Task FailAsync(WorkerSettings settings, IReadOnlyCollection<ReadOnlyMemory<byte>> bodies)
    {
        var file = _folder.PathOf("nobody.json");
        await File.WriteAllTextAsync(file, """{ "Sources": [] }""", _token);
        await using var before = await WorkerProcess.StartAsync(settings with { ConfigFiles = [file] }, _token);
        await _client.PublishAllAsync(Queue, bodies, _token);
        await Patience.UntilAsync(
            async () => (await before.DeadLettersAsync(_token)).Count == bodies.Count, () => $"all are dead letters.\n{before.Output}", _token);
        await before.StopAsync();
    }

    private async Task<JsonElement> ReplayAllAsync(WorkerProcess worker)
    {
        using var response = await worker.Http.PostAsJsonAsync(
            new Uri(Replays, UriKind.Relative), new { status = "any", why = "invented", rate = 0, canary = false, stopPercent = 100 }, _token);
        var id = JsonElement.Parse(await response.Content.ReadAsStringAsync(_token)).GetProperty("id").GetString();
        JsonElement job = default;
        await Patience.UntilAsync(
            async () => (job = await worker.GetAsync($"{Replays}/{id}", _token)).GetProperty("state").GetString() == "done",
            () => $"the job is done. It is {job}\n{worker.Output}",
            _token);

        return job;
    }

    private async Task<List<JsonElement>> ReceiptsAsync(WorkerProcess worker, JsonElement job) =>
    [
        .. (await worker.GetAsync($"{Replays}/{job.GetProperty("id").GetString()}/items?limit=1000", _token)).GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("receipt")),
    ];

    // A message that makes a study of its own, sent last: all before it was published by then.
    private async Task<List<StudyEvent>> EventsUntilMarkerAsync(WorkerProcess worker)
    {
        var marker = new InventedOrder();
        await _client.PublishAsync(Queue, marker.Bytes, _token);
        await worker.WaitForOutcomeAsync(marker.Key, _token);
        var events = await _events.ReadUntilAsync(message => StudyEvent.Of(message).MessageKey == marker.Key, _token);

        return [.. events.Select(StudyEvent.Of).Where(one => one.MessageKey != marker.Key)];
    }

    /// <summary>The studies whole, and how much their history holds.</summary>
    private async Task<List<string>> StateAsync(WorkerProcess worker, IEnumerable<InventedOrder> orders)
    {
        var state = new List<string>();

        foreach (var order in orders)
        {
            var study = await worker.StudyAsync(order.Uid, _token);
            var history = await worker.GetAsync($"/v1/studies/{study.GetProperty("studyId").GetString()}/history", _token);
            state.Add($"{study} {history}");
        }

        return state;
    }

    private async Task PostAsync(WorkerProcess worker, string path)
    {
        using var response = await worker.Http.PostAsync(new Uri(path, UriKind.Relative), null, _token);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(_token));
    }

    private async Task PutAsync(WorkerProcess worker, string path, ReadOnlyMemory<byte> body)
    {
        using var response = await worker.Http.PutAsync(new Uri(path, UriKind.Relative), new ReadOnlyMemoryContent(body), _token);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(_token));
    }

    private static int Number(JsonElement job, string member) => job.GetProperty(member).GetInt32();
}
