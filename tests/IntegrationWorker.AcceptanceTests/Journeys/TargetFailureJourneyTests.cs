using System.Net;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Contracts;
using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>A platform that answers 500: an emulator as a process of its own, with its script in a file, and a worker that brings it changes.</summary>
public sealed class TargetFailureJourneyTests(SharedSurroundings surroundings) : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new("target-failures");
    private readonly HttpClient _platform = new() { BaseAddress = new Uri($"http://127.0.0.1:{FreePorts.One()}") };
    private readonly InventedOrder _failing = new();
    private readonly InventedOrder _other = new();
    private string _database = "";
    private ChildProcess? _emulator;
    private WorkerProcess? _worker;

    private WorkerProcess Worker => _worker!;

    public async ValueTask InitializeAsync()
    {
        _database = await surroundings.DatabaseAsync(_token);
        _worker = await WorkerProcess.StartAsync(new WorkerSettings { Postgres = _database, Environment = Settings() }, _token);
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();

        if (_emulator is not null)
        {
            await _emulator.DisposeAsync();
        }

        _platform.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task GivenAPlatformThatAnswers500Twice_WhenAChangeIsBrought_ThenItIsReadBackAndSentAgainAndThereIsOneEvent()
    {
        await StartEmulatorAsync("""{ "faults": [ { "kind": "500", "operation": "patch", "times": 2 } ] }""");
        await PostAsync(_failing);
        await Worker.WaitForEventAsync(1, _token);

        await PostAsync(Urgent(_failing));
        await Worker.WaitForEventAsync(2, _token);
        await PostAsync(_other); // Behind it: what would be said twice stands before this one.
        await Worker.WaitForEventAsync(3, _token);

        Assert.Equal([_failing.Key, Urgent(_failing).Key, _other.Key], await EventKeysAsync());
        var calls = await CallsAsync();
        var patches = calls.Index().Where(one => one.Item.Operation == "patch").ToList();
        Assert.Equal([500, 500, 200], patches.Select(one => one.Item.Status));
        Assert.All(patches, one => Assert.Equal("get", calls[one.Index - 1].Operation)); // Never a blind repeat.
        Assert.Single(patches.SelectMany(one => one.Item.Changed), field => field == "severity");
        Assert.Empty(await Worker.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenAPlatformThatAnswers500ForOneStudy_WhenItAcceptsOthersForTooLong_ThenTheChangeIsADeadLetterWithItsWordsAndAReplayMakesIt()
    {
        await StartEmulatorAsync($$"""{ "faults": [ { "kind": "500", "operation": "patch", "study": "{{_failing.Uid}}" } ] }""");
        await PostAsync(_failing);
        await PostAsync(_other);
        await Worker.WaitForEventAsync(2, _token);
        await PostAsync(Urgent(_failing));

        // Each change of the other study that is accepted says that the platform works: then the failures of this one count.
        for (var minute = 1; (await Worker.DeadLettersAsync(_token)).Count == 0; minute++)
        {
            Assert.InRange(minute, 1, 50);
            var failures = await FailuresAsync();
            await PostAsync(_other with { Control = "XO", Priority = minute % 2 == 1 ? "S" : "R", Minute = minute });
            await Worker.WaitForEventAsync(2 + minute, _token);
            await Patience.UntilAsync(
                async () => await FailuresAsync() > failures || (await Worker.DeadLettersAsync(_token)).Count > 0,
                () => $"the platform is asked again.\n{Worker.Output}",
                _token);
            await LetTimePassAsync();
        }

        var letter = Assert.Single(await Worker.DeadLettersAsync(_token));
        Assert.Equal((Codes.GivenUp, Urgent(_failing).Key), (letter.GetProperty("code").GetString(), letter.GetProperty("messageKey").GetString()));
        Assert.Contains("500 scripted: The fault script says so.", (await LetterAsync(letter)).GetRawText(), StringComparison.Ordinal);
        Assert.Equal("normal", (await Worker.StudyAsync(_failing.Uid, _token)).GetProperty("severity").GetString());

        await ReplaceScriptAsync("""{ "faults": [] }""");
        var replay = await Worker.RunVerbAsync(["dead-letters", "replay", letter.GetProperty("id").GetString()!, "--why", "the platform was mended"], _token);
        Assert.True(replay.ExitCode == 0, replay.Errors);
        await Patience.UntilAsync(
            async () => (await EventKeysAsync()).Contains(Urgent(_failing).Key), () => $"the event of the change is there.\n{Worker.Output}", _token);

        Assert.Equal("stat", (await Worker.StudyAsync(_failing.Uid, _token)).GetProperty("severity").GetString());
        Assert.Single(await EventKeysAsync(), Urgent(_failing).Key);
    }

    private static InventedOrder Urgent(InventedOrder order) => order with { Control = "XO", Priority = "S", Minute = 1 };

    private Dictionary<string, string?> Settings() => new()
    {
        ["Target__Kind"] = "remote",
        ["Target__BaseUrl"] = _platform.BaseAddress!.ToString(),
        ["Target__ApiKey"] = "invented",
        ["Target__GiveUpMinutes"] = "1",
    };

    private async Task StartEmulatorAsync(string script)
    {
        var file = _folder.PathOf("faults.json");
        await File.WriteAllTextAsync(file, script, _token);
        _emulator = await ChildProcess.StartAsync(Repository.WorkerProgram, ["emulate", "--urls", _platform.BaseAddress!.ToString(), "--faults", file]);
        await Patience.UntilAsync(AnswersAsync, () => $"the emulator answers.\n{_emulator.Output}{_emulator.Errors}", _token);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return (await CallsAsync()).Count == 0;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ReplaceScriptAsync(string script)
    {
        using var content = new StringContent(script);
        using var response = await _platform.PutAsync(new Uri("/emulator/faults", UriKind.Relative), content, _token);
        response.EnsureSuccessStatusCode();
    }

    private async Task<IReadOnlyList<Call>> CallsAsync() =>
        JsonSerializer.Deserialize<IReadOnlyList<Call>>(
            await _platform.GetStringAsync(new Uri("/emulator/calls", UriKind.Relative), _token), JsonSerializerOptions.Web)!;

    private async Task<int> FailuresAsync() => (await CallsAsync()).Count(call => call.Status == 500);

    private async Task<IReadOnlyList<string>> EventKeysAsync() => [.. (await Worker.EventsAsync(_token)).Select(e => StudyEvent.Of(e).MessageKey)];

    private Task<JsonElement> LetterAsync(JsonElement letter) => Worker.GetAsync($"/v1/dead-letters/{letter.GetProperty("id").GetString()}", _token);

    // What counts is stored. Instead of a minute that the test would have to wait, the store says that it is over.
    private async Task LetTimePassAsync()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand("update target_leases set alone_for = 60000000 where alone > 0");
        await command.ExecuteNonQueryAsync(_token);
    }

    private async Task PostAsync(InventedOrder order)
    {
        using var content = new ReadOnlyMemoryContent(order.Bytes);
        using var response = await Worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content, _token);
        Assert.True(response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{(int)response.StatusCode}\n{Worker.Output}");
    }

    private sealed record Call(string Operation, int? Status, IReadOnlyList<string> Changed);
}
