using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>A source that wants the messages of each study in their order: the second of five fails.</summary>
public sealed class HoldJourneyTests(SharedSurroundings surroundings) : IAsyncLifetime
{
    private const string Queue = "study-updates.hl7v2";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new("hold");
    private readonly HashSet<string> _seen = [];

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
    public async Task GivenTheSecondOfFiveFails_WhenItIsMendedAfterARestart_ThenTheOthersFollowInOrderAndOtherStudiesNeverWaited(string store)
    {
        await using var worker = await WorkerProcess.StartAsync(await SettingsAsync(store), _token);
        var five = Five();
        var (wrong, rest) = (OfAnotherPatient(five[1]), five[2..]);
        var other = new InventedOrder();

        await PublishAsync(five[0].Bytes, wrong, rest[0].Bytes, rest[1].Bytes, other.Bytes);
        var before = await EventsUntilAsync(other.Key);
        await worker.KillAsync();
        await worker.StartAgainAsync(_token);
        var after = new InventedOrder();
        await PublishAsync(rest[2].Bytes, after.Bytes);
        var meanwhile = await EventsUntilAsync(after.Key);
        var listed = Assert.Single(JsonElement.Parse((await VerbAsync(worker, "list", "--held", "--json")).Output).EnumerateArray());
        await WaitForNoteAsync(worker, "Messages that wait behind dead letters: 3.");

        var id = listed.GetProperty("id").GetString()!;
        await VerbAsync(worker, "edit", id, "--set", $"PID-3=INVP{five[0].Number:D6}^^^NORTH^MR", "--why", "mistyped");
        await VerbAsync(worker, "edit", id, "--approve", "--why", "compared with the order");
        await VerbAsync(worker, "replay", id, "--why", "mended");
        var released = await EventsUntilAsync(rest[2].Key);

        Assert.Equal([five[0].Key, other.Key], before.Select(one => one.MessageKey));
        Assert.Equal([after.Key], meanwhile.Select(one => one.MessageKey));
        Assert.Equal(("IDN-006", 3, true), (listed.GetProperty("code").GetString(), listed.GetProperty("held").GetInt32(), listed.GetProperty("heldTooLong").GetBoolean()));
        Assert.Equal([$"{five[1].Key}~2", .. rest.Select(order => order.Key)], released.Select(one => one.MessageKey));
        Assert.Equal([2, 3, 4, 5], released.Select(one => one.Version));
        var study = await worker.StudyAsync(five[0].Uid, _token);
        Assert.Equal(("normal", true), (study.GetProperty("severity").GetString(), study.GetProperty("isCancelled").GetBoolean()));
        Assert.Equal(["applied", "applied", "applied"], await Task.WhenAll(rest.Select(order => worker.OutcomeAsync(order.Key, _token))));
        Assert.DoesNotContain("INVP", worker.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenMessagesThatWait_WhenAWorkerDiesWhileItLetsThemGo_ThenTheNextOneAppliesEachOnceAndInOrder(string store)
    {
        var settings = await SettingsAsync(store);
        var five = Five();
        await using (var worker = await WorkerProcess.StartAsync(settings, _token))
        {
            await PublishAsync(five[0].Bytes, OfAnotherPatient(five[1]), five[2].Bytes, five[3].Bytes, five[4].Bytes);
            await worker.WaitForOutcomeAsync(five[4].Key, _token);
            Assert.Equal("parked", await worker.OutcomeAsync(five[4].Key, _token));
            await worker.StopAsync();
            var id = JsonElement.Parse((await VerbAsync(worker, "list", "--json")).Output)[0].GetProperty("id").GetString()!;
            await VerbAsync(worker, "discard", id, "--why", "a test");
        }

        // Nothing comes to be decided about: what it dies of is letting go.
        await using (var dying = await WorkerProcess.StartUnreadyAsync(settings with
        {
            Environment = new Dictionary<string, string?>(settings.Environment) { ["INTEGRATION_WORKER_CRASH_AT"] = "before-commit:1" },
        }))
        {
            await dying.WaitForExitAsync(_token);
        }

        await using var next = await WorkerProcess.StartAsync(settings, _token);
        var seen = await EventsUntilAsync(five[4].Key);

        Assert.Equal([five[0].Key, five[2].Key, five[3].Key, five[4].Key], seen.Select(one => one.MessageKey));
        Assert.Equal([1, 2, 3, 4], seen.Select(one => one.Version));
        Assert.Equal(4, (await next.EventsAsync(_token)).Count);
    }

    // New, raised, urgent, in progress, cancelled: each one changes what the one before has said.
    private static InventedOrder[] Five()
    {
        var order = new InventedOrder();

        return
        [
            order,
            order with { Control = "XO", Priority = "A", Minute = 10 },
            order with { Control = "XO", Priority = "S", Minute = 20 },
            order with { Control = "XO", Status = "IP", Priority = "R", Minute = 30 },
            order with { Control = "CA", Status = "CA", Priority = "R", Minute = 40 },
        ];
    }

    private static ReadOnlyMemory<byte> OfAnotherPatient(InventedOrder order) =>
        Encoding.UTF8.GetBytes(order.Text.Replace("|INVP", "|OTHR", StringComparison.Ordinal));

    private async Task PublishAsync(params ReadOnlyMemory<byte>[] bodies)
    {
        foreach (var body in bodies)
        {
            await _client.PublishAsync(Queue, body, _token);
        }
    }

    // After a crash an event may be published again, with its id.
    private async Task<List<StudyEvent>> EventsUntilAsync(string key) =>
    [
        .. (await _events.ReadUntilAsync(message => StudyEvent.Of(message).MessageKey == key, _token)).Select(StudyEvent.Of)
            .Where(one => _seen.Add(one.Id)),
    ];

    private async Task<VerbResult> VerbAsync(WorkerProcess worker, params string[] arguments)
    {
        var result = await worker.RunVerbAsync(["dead-letters", .. arguments], _token);
        Assert.True(result.ExitCode == 0, result.Errors);

        return result;
    }

    private Task WaitForNoteAsync(WorkerProcess worker, string note)
    {
        var text = "";
        return Patience.UntilAsync(
            async () => (text = await worker.ReadinessAsync(_token)).Contains(note, StringComparison.Ordinal),
            () => $"/health/ready says: {note} It says: {text}",
            _token);
    }

    // The configuration of the examples, with the sources on hold; what waits for a second waits too long.
    private async Task<WorkerSettings> SettingsAsync(string store)
    {
        var usual = new WorkerSettings
        {
            Broker = _host.Uri,
            SqliteFile = _folder.PathOf("worker.db"),
            KeyFile = _folder.PathOf("keys.json"),
            Environment = new Dictionary<string, string?> { ["DeadLetters__HeldAlarmSeconds"] = "1" },
        };
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(usual.ConfigFiles[0], _token))!;

        foreach (var source in configuration["sources"]!.AsArray())
        {
            source!["onRejected"] = "hold";
        }

        await File.WriteAllTextAsync(_folder.PathOf("hold.json"), configuration.ToJsonString(), _token);

        return await (usual with { ConfigFiles = [_folder.PathOf("hold.json")] }).OnAsync(store, surroundings, _token);
    }
}
