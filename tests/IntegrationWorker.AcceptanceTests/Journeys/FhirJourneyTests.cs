using System.Net;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Tests.Subscriptions.Server;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>A FHIR server notifies a worker that dies: what was taken is read, what got lost is made good.</summary>
public sealed class FhirJourneyTests(SharedSurroundings surroundings)
{
    private const string Secret = "an-invented-secret-of-a-test";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GivenEventsThatGotLost_WhenTheWorkerIsKilledBeforeTheyAreMadeGood_ThenItMakesThemGoodAfterItsNextStart(bool hasEvents)
    {
        await using var server = await FhirTestServer.StartAsync(_token);
        server.HasEvents = hasEvents;
        using var folder = new TemporaryFolder("fhir");
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var worker = await WorkerProcess.StartAsync(
            await new WorkerSettings { Broker = host.Uri, ConfigFiles = [await ConfigureAsync(folder, server)] }.OnAsync(Stores.Postgres, surroundings, _token), _token);
        var subscription = server.Subscribe("sub-1", new Uri(worker.Http.BaseAddress!, "/fhir/pacs"), Secret);
        Assert.Equal(HttpStatusCode.Accepted, await server.ShakeHandsAsync(subscription, _token));
        server.Trouble = 503; // Nothing can be read before the worker dies.

        for (var number = 1; number <= 30; number++)
        {
            server.Put($"s{number}", 1);
            await server.NotifyAsync(subscription, $"s{number}", _token, isLost: number is >= 22 and <= 24);
        }

        await Patience.UntilAsync(
            async () => (await worker.GetAsync("/v1/subscriptions", _token)).GetProperty("subscriptions") is { } all && all.GetArrayLength() == 1 && all[0].GetProperty("highest").GetInt64() == 30,
            () => $"all notifications are taken.\n{worker.Output}",
            _token);
        await worker.KillAsync();
        server.Trouble = null;
        await worker.StartAgainAsync(_token);

        await Patience.UntilAsync(
            async () => (await worker.GetAsync("/v1/viewer/studies?limit=100", _token)).GetProperty("studies").GetArrayLength() == 30
                && (await worker.GetAsync("/v1/subscriptions/sub-1/gaps", _token)).GetProperty("gaps").EnumerateArray().All(gap => gap.GetProperty("closedAt").ValueKind != System.Text.Json.JsonValueKind.Null),
            () => $"all thirty studies are there and the gap is closed.\n{worker.Output}",
            _token);
        var report = Assert.Single((await worker.GetAsync("/v1/subscriptions/sub-1/gaps", _token)).GetProperty("gaps").EnumerateArray());
        Assert.Equal(
            (22, 24, hasEvents ? "events" : "search"),
            (report.GetProperty("first").GetInt64(), report.GetProperty("last").GetInt64(), report.GetProperty("recoveredBy").GetString()));
        Assert.Equal(30, (await worker.EventsAsync(_token)).Count);
        Assert.Empty(await worker.DeadLettersAsync(_token));
        Assert.DoesNotContain(Secret, worker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s22", worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenAServerThatNotifiesNobody_WhenItsTimeHasCome_ThenTheSharedScheduleSearchesIt()
    {
        await using var server = await FhirTestServer.StartAsync(_token);
        using var folder = new TemporaryFolder("fhir");
        await using var worker = await WorkerProcess.StartAsync(
            await new WorkerSettings { ConfigFiles = [await ConfigureAsync(folder, server, "\"ReconcileEvery\": \"00:00:01\",")] }
                .OnAsync(Stores.Postgres, surroundings, _token),
            _token);

        server.Put("s1", 1);

        await Patience.UntilAsync(
            async () => (await worker.GetAsync("/v1/viewer/studies?limit=100", _token)).GetProperty("studies").GetArrayLength() == 1,
            () => $"the study is there.\n{worker.Output}",
            _token);
    }

    /// <param name="further">Members of the server's entry, each with a comma behind it.</param>
    private static async Task<string> ConfigureAsync(TemporaryFolder folder, FhirTestServer server, string further = "")
    {
        var file = Path.Combine(folder.FullName, "fhir.json");
        await File.WriteAllTextAsync(file, $$"""
            {
              "Sources": [ { "sourceId": "pacs", "kind": "fhir", "authority": "pacs", "orgId": "org_06ce14249ab26a8269dc47fa55a399c4", "allowCreate": true, "fhir": { "create": true } } ],
              "Orgs": [ { "orgId": "org_06ce14249ab26a8269dc47fa55a399c4", "orgName": "Invented" } ],
              "FhirServers": [ { {{further}} "Source": "pacs", "BaseUrl": "{{server.BaseUrl}}", "Grace": "00:00:01", "Subscriptions": [ { "Id": "sub-1", "Secret": "{{Secret}}" } ] } ]
            }
            """);

        return file;
    }
}
