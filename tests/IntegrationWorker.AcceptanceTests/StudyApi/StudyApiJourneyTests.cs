using System.Net;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Journeys;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.StudyApi.Client;

namespace IntegrationWorker.AcceptanceTests.StudyApi;

/// <summary>The study API of two workers on one PostgreSQL, each a process of its own.</summary>
public sealed class StudyApiJourneyTests(SharedSurroundings surroundings)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenTwoWorkers_WhenOneWrites_ThenTheOtherNeverShowsWhatWasBefore()
    {
        using var folder = new TemporaryFolder("two");
        var settings = new WorkerSettings { Postgres = await surroundings.DatabaseAsync(_token), KeyFile = folder.PathOf("keys.json") };
        await using var one = await WorkerProcess.StartAsync(settings, _token);
        await using var two = await WorkerProcess.StartAsync(settings, _token);
        var made = await one.RunVerbAsync(["keys", "create", "--role", "operator", "--name", "two workers", "--json"], _token);
        var key = JsonElement.Parse(made.Output).GetProperty("key").GetString();
        StudyClient[] clients = [new(one.Http, key), new(two.Http, key)];

        var study = await AssertOperationsAsync(clients);
        await AssertNothingIsStaleAsync(clients, study);
        await AssertConditionsHoldAcrossWorkersAsync(clients, study);
        await AssertOneCreationAsync(clients);
    }

    [Theory]
    [InlineData("before-commit:2")]
    [InlineData("after-commit:2")]
    public async Task GivenAWriteWhoseWorkerDies_WhenItIsSentAgainUnderItsKey_ThenItTookPlaceOnce(string place)
    {
        await using var worker = await WorkerProcess.StartAsync(
            new WorkerSettings { Environment = new Dictionary<string, string?> { ["INTEGRATION_WORKER_CRASH_AT"] = place } }, _token);
        var client = new StudyClient(worker.Http, null);
        var study = (await client.CreateAsync(new { studyInstanceUid = "2.25.99930", studyDescription = "CT", severity = "normal" }, _token)).Study;

        // The second commit is the last thing this worker does, or does not do any more.
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.PatchAsync(study.StudyId, new { severity = "stat" }, _token, ("Idempotency-Key", "k")));
        await worker.WaitForExitAsync(_token);
        await worker.KillAsync();
        await worker.StartAgainAsync(_token);
        var again = await client.PatchAsync(study.StudyId, new { severity = "stat" }, _token, ("Idempotency-Key", "k"));

        Assert.Equal(("stat", "\"2\""), (again.Study.Severity, again.Tag));
        Assert.Equal(again.Text, (await client.GetAsync(study.StudyId, _token)).Text);
        Assert.Equal(2, (await worker.EventsAsync(_token)).Count);
    }

    /// <summary>Each operation on one worker, read on the other.</summary>
    private async Task<StudyDto> AssertOperationsAsync(StudyClient[] clients)
    {
        var (one, two) = (clients[0], clients[1]);
        var body = new { studyInstanceUid = "2.25.99901", studyDescription = "CT Ä", severity = "normal", metadata = new { a = "1" } };
        var created = await one.CreateAsync(body, _token, ("Idempotency-Key", "k-1"));

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal(created.Text, (await two.GetByUidAsync("2.25.99901", _token)).Text);
        Assert.Equal((created.Text, created.Tag), await TextAndTagAsync(two.CreateAsync(body, _token, ("Idempotency-Key", "k-1"))));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await two.CreateAsync(body with { severity = "stat" }, _token, ("Idempotency-Key", "k-1"))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await two.CreateAsync(body, _token)).Status);

        var patched = await two.PatchAsync(created.Study.StudyId, """{"severity":"high","metadata":{"a":null,"b":"2"}}""", _token);
        Assert.Equal(patched.Text, (await one.GetAsync(created.Study.StudyId, _token)).Text);
        Assert.Equal(["b"], patched.Study.Metadata.Keys);

        var cancelled = await one.CancelAsync(new { studyId = created.Study.StudyId }, _token);
        Assert.Equal(created.Study.StudyId, Assert.Single((await two.ListAsync("isCancelled=true", _token)).Studies).StudyId);
        Assert.NotNull(cancelled.Study.CancelledAt);
        var active = await two.UncancelAsync(new { studyInstanceUid = "2.25.99901" }, _token);
        Assert.Equal(HttpStatusCode.Conflict, (await one.UncancelAsync(new { studyId = created.Study.StudyId }, _token)).Status);

        Assert.Equal(HttpStatusCode.BadRequest, (await one.SendAsync("GET", $"{StudyClient.Path}?studyDescription=%00", null, _token)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await one.SendAsync("GET", $"{StudyClient.Path}/%00", null, _token)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await one.PatchAsync("stu_x", new { severity = "stat" }, _token)).Status);
        var strange = await one.PatchAsync(active.Study.StudyId, """{"metadata":{"zero\u0000":"\u0000 \ud83d\ude00"},"studyDescription":"CT\u0000Ä"}""", _token);
        Assert.Equal(("\0 😀", "CT Ä"), (strange.Study.Metadata["zero\0"], strange.Study.StudyDescription));
        Assert.Equal(strange.Text, (await two.GetAsync(active.Study.StudyId, _token)).Text);

        return strange.Study;
    }

    private async Task AssertNothingIsStaleAsync(StudyClient[] clients, StudyDto study)
    {
        for (var i = 0; i < 100; i++)
        {
            var (writer, reader) = (clients[i % 2], clients[(i + 1) % 2]);
            var written = await writer.PatchAsync(study.StudyId, new { metadata = new { turn = $"{i}" } }, _token);
            var read = await reader.GetAsync(study.StudyId, _token);

            Assert.Equal((written.Text, written.Tag), (read.Text, read.Tag));

            if (i % 20 == 0)
            {
                Assert.Equal($"{i}", Assert.Single((await reader.ListAsync("studyDescription=ct", _token)).Studies).Metadata["turn"]);
                Assert.Equal(read.Text, (await reader.GetByUidAsync(study.StudyInstanceUid, _token)).Text);
            }
        }
    }

    /// <summary>Of writers that all name the version they have read, one wins each round, whichever worker it asks.</summary>
    private async Task AssertConditionsHoldAcrossWorkersAsync(StudyClient[] clients, StudyDto study)
    {
        for (var round = 0; round < 10; round++)
        {
            var tag = (await clients[0].GetAsync(study.StudyId, _token)).Tag!;
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
                clients[i % 2].PatchAsync(study.StudyId, new { metadata = new { winner = $"{round}/{i}" } }, _token, ("If-Match", tag))));

            var won = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            Assert.All(answers.Except([won]), answer => Assert.Equal(HttpStatusCode.PreconditionFailed, answer.Status));
            Assert.Equal(won.Text, (await clients[1].GetAsync(study.StudyId, _token)).Text);
        }
    }

    private async Task AssertOneCreationAsync(StudyClient[] clients)
    {
        for (var round = 0; round < 5; round++)
        {
            var body = new { studyInstanceUid = $"2.25.99910{round}", studyDescription = "CT", severity = "stat" };
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => clients[i % 2].CreateAsync(body, _token)));

            Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
            Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
        }
    }

    private static async Task<(string, string?)> TextAndTagAsync(Task<ApiAnswer> answer) => ((await answer).Text, (await answer).Tag);
}
