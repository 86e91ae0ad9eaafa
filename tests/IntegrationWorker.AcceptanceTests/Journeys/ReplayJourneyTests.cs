using System.Net.Http.Json;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>Thousands of messages of a sender that was not registered are replayed once it is.</summary>
public sealed class ReplayJourneyTests(SharedSurroundings surroundings)
{
    private const string Replays = "/v1/dead-letters/replays";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Stores.Sqlite)]
    [InlineData(Stores.Postgres)]
    public async Task GivenAReplayOfFiveThousand_WhenTheWorkerIsKilledInTheMiddle_ThenItGoesOnAndNoneIsReplayedTwice(string store)
    {
        const int count = 5000;
        using var folder = new TemporaryFolder("replay");
        var settings = await SettingsAsync(store, folder);
        await FailAsync(settings, folder, count);
        await using var worker = await WorkerProcess.StartAsync(settings, _token);

        var (resumedAt, done) = await ReplayWithAKillAsync(worker);

        Assert.InRange(resumedAt, 500, count - 1);
        Assert.Equal((count, count, 0, count), (Number(done, "total"), Number(done, "done"), Number(done, "rejected"), Number(done, "changed")));
        Assert.Equal(count, (await worker.EventsAsync(_token)).Select(one => one.GetProperty("id").GetString()).Distinct().Count());
        var letters = await worker.DeadLettersAsync(_token);
        Assert.All(letters, letter => Assert.Equal(("resolved", 1), (letter.GetProperty("status").GetString(), letter.GetProperty("attempts").GetInt32())));
    }

    [Fact]
    public async Task GivenAReplayOfFiveThousandBesideABroker_WhenTheWorkerIsKilledInTheMiddle_ThenTheQueueOfTheReaderGetsEachEventOfEachStudy()
    {
        const int count = 5000;
        using var folder = new TemporaryFolder("replay");
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var events = await client.SubscribeAsync(_token);
        var settings = await SettingsAsync(Stores.Postgres, folder) with { Broker = host.Uri };
        var orders = Enumerable.Range(0, count).Select(_ => new InventedOrder()).ToList();
        await using (var before = await WorkerProcess.StartAsync(settings with { ConfigFiles = [await NobodyAsync(folder)] }, _token))
        {
            await client.PublishAllAsync("study-updates.hl7v2", orders.Select(order => order.Bytes), _token);
            await Patience.UntilAsync(
                async () => await CountFailedAsync(before) == count, () => $"all are dead letters.\n{before.Output}", _token);
            await before.StopAsync();
        }

        await using var worker = await WorkerProcess.StartAsync(settings, _token);
        var (resumedAt, done) = await ReplayWithAKillAsync(worker);

        // Delivery is at least once: what was on its way when the worker died may come again, with its id.
        var seen = new Dictionary<string, StudyEvent>();
        while (seen.Count < count)
        {
            var one = StudyEvent.Of(await events.NextAsync(_token));
            seen[one.Id] = one;
        }

        var marker = new InventedOrder();
        await client.PublishAsync("study-updates.hl7v2", marker.Bytes, _token);
        var late = (await events.ReadUntilAsync(message => StudyEvent.Of(message).MessageKey == marker.Key, _token)).Select(StudyEvent.Of);

        Assert.InRange(resumedAt, 500, count - 1);
        Assert.Equal((count, count, 0, count), (Number(done, "total"), Number(done, "done"), Number(done, "rejected"), Number(done, "changed")));
        Assert.Equal(orders.Select(order => order.Uid).Order(StringComparer.Ordinal), seen.Values.Select(one => one.Uid).Order(StringComparer.Ordinal));
        Assert.All(seen.Values, one => Assert.Equal(1, one.Version));
        Assert.All(late.Where(one => one.MessageKey != marker.Key), one => Assert.True(seen.ContainsKey(one.Id)));
        Assert.Equal(0, await CountFailedAsync(worker));
    }

    [Fact]
    public async Task GivenDeadLetters_WhenAGroupIsReplayedFromTheCommandLineAndWatched_ThenTriedFirstThenDoneThenProvenByAnother()
    {
        const int count = 60;
        using var folder = new TemporaryFolder("replay");
        var settings = await SettingsAsync(Stores.Sqlite, folder);
        await FailAsync(settings, folder, count);
        await using var worker = await WorkerProcess.StartAsync(settings, _token);
        var group = JsonElement.Parse((await VerbAsync(worker, "groups")).Output).EnumerateArray().Single();
        var id = group.GetProperty("id").GetString()!;

        var tried = JsonElement.Parse((await VerbAsync(worker, "replay", "--group", id, "--dry-run")).Output);
        var replayed = await VerbAsync(worker, "replay", "--group", id, "--why", "invented", "--rate", "0");
        var proof = await CreateAsync(worker, new { status = "any", why = "proof", rate = 0, canary = false });
        var watched = await WatchAsync(worker, $"{Replays}/{proof.GetProperty("id").GetString()}/events");
        var items = await VerbAsync(worker, "jobs", "items", proof.GetProperty("id").GetString()!, "--limit", "1000");

        Assert.Equal((count, "HL7-010"), (Number(group, "count"), group.GetProperty("code").GetString()));
        Assert.Equal((count, count), (Number(tried, "total"), Number(tried, "changing")));
        var job = JsonElement.Parse(replayed.Output);
        Assert.Equal((0, "done", count, count), (replayed.ExitCode, job.GetProperty("state").GetString(), Number(job, "done"), Number(job, "changed")));
        Assert.Equal(("done", count, 0), (watched[^1].GetProperty("state").GetString(), Number(watched[^1], "done"), Number(watched[^1], "changed")));
        Assert.Equal(count, JsonElement.Parse(items.Output).EnumerateArray().Count(item => item.GetProperty("outcome").GetString() == "duplicate"));
        Assert.Equal(count, (await worker.EventsAsync(_token)).Count);
        Assert.Equal(2, (await VerbAsync(worker, "replay")).ExitCode);
    }

    // Replays all there is, with a kill in the middle: how far the job was when the worker came back, and the job in the end.
    private async Task<(int ResumedAt, JsonElement Done)> ReplayWithAKillAsync(WorkerProcess worker)
    {
        var job = await CreateAsync(worker, new { rate = 0, why = "invented" });
        var path = $"{Replays}/{job.GetProperty("id").GetString()}";
        await UntilAsync(worker, path, now => Number(now, "done") >= 500);
        await worker.KillAsync();
        await worker.StartAgainAsync(_token);
        var resumedAt = Number(await worker.GetAsync(path, _token), "done");
        await UntilAsync(worker, path, now => now.GetProperty("state").GetString() == "done");

        return (resumedAt, await worker.GetAsync(path, _token));
    }

    private async Task<WorkerSettings> SettingsAsync(string store, TemporaryFolder folder) => await new WorkerSettings
    {
        SqliteFile = folder.PathOf("worker.db"),
        KeyFile = folder.PathOf("keys.json"),
    }.OnAsync(store, surroundings, _token);

    // A worker to whom nobody is known.
    private async Task FailAsync(WorkerSettings settings, TemporaryFolder folder, int count)
    {
        await using var before = await WorkerProcess.StartAsync(settings with { ConfigFiles = [await NobodyAsync(folder)] }, _token);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = _token }, async (_, token) =>
        {
            using var response = await before.Http.PostAsync(
                new Uri("/v1/messages", UriKind.Relative), new ReadOnlyMemoryContent(new InventedOrder().Bytes), token);
            Assert.True(response.IsSuccessStatusCode);
        });
        await before.StopAsync();
    }

    private async Task<string> NobodyAsync(TemporaryFolder folder)
    {
        var file = folder.PathOf("nobody.json");
        await File.WriteAllTextAsync(file, """{ "Sources": [] }""", _token);

        return file;
    }

    private async Task<int> CountFailedAsync(WorkerProcess worker) =>
        JsonElement.Parse((await VerbAsync(worker, "groups")).Output).EnumerateArray().Sum(group => Number(group, "count"));

    private async Task<JsonElement> CreateAsync(WorkerProcess worker, object request)
    {
        using var response = await worker.Http.PostAsJsonAsync(new Uri(Replays, UriKind.Relative), request, _token);
        var text = await response.Content.ReadAsStringAsync(_token);
        Assert.True(response.StatusCode == System.Net.HttpStatusCode.Created, text);

        return JsonElement.Parse(text);
    }

    private async Task<List<JsonElement>> WatchAsync(WorkerProcess worker, string path)
    {
        // The stream ends with the job.
        var text = await worker.Http.GetStringAsync(new Uri(path, UriKind.Relative), _token);

        return [.. text.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data: ".Length..]))];
    }

    private Task UntilAsync(WorkerProcess worker, string path, Func<JsonElement, bool> condition)
    {
        JsonElement now = default;
        return Patience.UntilAsync(
            async () => condition(now = await worker.GetAsync(path, _token)), () => $"the job is so far. It is {now}\n{worker.Output}", _token);
    }

    private Task<VerbResult> VerbAsync(WorkerProcess worker, params string[] arguments) =>
        worker.RunVerbAsync(["dead-letters", .. arguments, "--json"], _token);

    private static int Number(JsonElement job, string member) => job.GetProperty(member).GetInt32();
}
