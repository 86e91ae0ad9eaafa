using System.Net;
using System.Net.Http.Headers;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Mllp;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>What a monitoring system reads from a running worker.</summary>
public sealed class MetricsJourneyTests(SharedSurroundings surroundings)
{
    private const string Decided = "integration_worker_messages_decided_total";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenGoodRepeatedAndRejectedMessages_WhenScraped_ThenEachIsCountedWhereItBelongsAndNothingIsSaidOfThem()
    {
        await using var site = await MllpSite.StartAsync(null, _token);
        await using var peer = await site.ConnectAsync(_token);
        var order = new InventedOrder { Description = "CT Recognizable" };
        var stranger = order with { Sender = "NOBODY" };
        var result = new InventedOrder { ResultStatus = "F" }; // Of a study that nobody has ordered.

        foreach (var message in (InventedOrder[])[order, order, stranger, result])
        {
            Assert.Equal(message == stranger ? "AE" : "AA", (await peer.AskAsync(message.Bytes, _token))!.Code);
        }

        var metrics = await Exposition.UntilAsync(
            site.Worker, metrics => metrics.Value("integration_worker_dead_letters_open{code=\"HL7-010\"}") == 1, "a dead letter is open", _token);

        Assert.Equal(
            [
                $"{Decided}{{outcome=\"created\",source=\"ris-north\"}} 1",
                $"{Decided}{{outcome=\"duplicate\",source=\"ris-north\"}} 1",
                $"{Decided}{{outcome=\"parked\",source=\"ris-north\"}} 1",
                $"{Decided}{{outcome=\"rejected\",source=\"unknown\"}} 1",
            ],
            metrics.Series(Decided));
        Assert.Equal(
            ["integration_worker_messages_rejected_total{code=\"HL7-010\",source=\"unknown\"} 1"], metrics.Series("integration_worker_messages_rejected_total"));
        Assert.Equal(
            [
                $"integration_worker_mllp_acknowledgements_total{{code=\"AA\",listener=\"mllp://127.0.0.1:{site.Port}\"}} 3",
                $"integration_worker_mllp_acknowledgements_total{{code=\"AE\",listener=\"mllp://127.0.0.1:{site.Port}\"}} 1",
            ],
            metrics.Series("integration_worker_mllp_acknowledgements_total"));
        Assert.Equal(1, metrics.Value($"integration_worker_mllp_connections{{listener=\"mllp://127.0.0.1:{site.Port}\"}}"));
        Assert.Equal(4, metrics.Value("integration_worker_batch_messages_sum"));
        Assert.Equal(4, metrics.Value("integration_worker_batch_duration_seconds_count"));
        Assert.Equal(4, metrics.Value("integration_worker_message_duration_seconds_bucket{le=\"+Inf\"}"));
        Assert.Equal(1, metrics.Value("integration_worker_units_parked"));
        Assert.Equal(0, metrics.Value("integration_worker_messages_waiting"));
        Assert.Equal(0, metrics.Value("integration_worker_intake_paused"));
        Assert.Equal(1, metrics.Value("integration_worker_dependency_up{dependency=\"store\"}"));
        Assert.Null(metrics.Value("integration_worker_events_unpublished")); // Without a broker there is nothing to publish.
        Assert.True(metrics.Value("dotnet_process_memory_working_set_bytes") > 0);

        string[] said = ["Recognizable", "INVENTED", "19700101", $"INVP{order.Number:D6}", order.Accession, order.Uid, order.Key, "NOBODY"];
        Assert.All(said, text => Assert.DoesNotContain(text, metrics.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task GivenTheDocumentedMeasures_WhenScraped_ThenAllAreThereAndAllThatAreThereAreDocumented()
    {
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var site = await MllpSite.StartAsync(host, _token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);
        await using var events = await client.SubscribeAsync(_token);
        await using var peer = await site.ConnectAsync(_token);
        await peer.AskAsync(new InventedOrder().Bytes, _token);
        await peer.AskAsync((new InventedOrder() with { Control = "XX" }).Bytes, _token);
        await events.NextAsync(_token);

        var metrics = await Exposition.UntilAsync(
            site.Worker,
            metrics => metrics.Value("integration_worker_events_published_total") == 1 && metrics.Value("integration_worker_events_unpublished") == 0,
            "the event is published",
            _token);

        Assert.Equal(1, metrics.Value("integration_worker_event_lag_seconds_count"));
        Assert.Equal(1, metrics.Value("integration_worker_dependency_up{dependency=\"broker\"}"));
        var documented = (await File.ReadAllTextAsync(Repository.PathOf("docs", "operations.md"), _token)).Split('\n')
            .Where(line => line.StartsWith("| `integration_worker_", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1].Split('{')[0])
            .ToHashSet();
        var own = metrics.Families.Where(name => name.StartsWith("integration_worker_", StringComparison.Ordinal)).ToHashSet();
        Assert.Empty(own.Except(documented));

        // Those that need a platform, a FHIR server, or something that went wrong.
        string[] sometimes = ["target", "subscription", "fhir", "events_refused", "messages_rejected", "dead_letters"];
        Assert.DoesNotContain(documented.Except(own), name => !sometimes.Any(part => name.StartsWith($"integration_worker_{part}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task GivenADatabaseThatGoesAway_WhenScraped_ThenItIsAnsweredAndSaysSoUntilItIsBack()
    {
        await using var postgres = await PostgresServer.StartOwnAsync(durable: false, _token);
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings { Postgres = await postgres.CreateDatabaseAsync(_token) }, _token);
        var key = (await worker.RunVerbAsync(["keys", "create", "--role", "reader", "--name", "monitoring"], _token)).Output.Trim();
        await Patience.UntilAsync(async () => await StatusAsync(worker) == HttpStatusCode.Unauthorized, () => "a key is asked for", _token);
        worker.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        await Exposition.UntilAsync(worker, metrics => IsUp(metrics) == 1, "the store works", _token);
        await postgres.StopAsync(_token);
        var away = await Exposition.UntilAsync(worker, metrics => IsUp(metrics) == 0, "the store is away", _token);
        await postgres.StartAsync(_token);
        var back = await Exposition.UntilAsync(worker, metrics => IsUp(metrics) == 1, "the store is back", _token);

        Assert.Equal(1, away.Value("integration_worker_intake_paused"));
        Assert.Null(away.Value("integration_worker_units_parked")); // What cannot be read is not there, instead of being what it was.
        Assert.Equal((0d, 0d), (back.Value("integration_worker_intake_paused"), back.Value("integration_worker_units_parked")));
    }

    private async Task<HttpStatusCode> StatusAsync(WorkerProcess worker)
    {
        using var response = await worker.Http.GetAsync(new Uri("/metrics", UriKind.Relative), _token);

        return response.StatusCode;
    }

    private static double? IsUp(Exposition metrics) => metrics.Value("integration_worker_dependency_up{dependency=\"store\"}");
}
