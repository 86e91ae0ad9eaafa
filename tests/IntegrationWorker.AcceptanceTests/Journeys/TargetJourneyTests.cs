using System.Net;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Emulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>Workers as processes of their own bring changes to an emulated platform, and die in the middle of it.</summary>
public sealed class TargetJourneyTests(SharedSurroundings surroundings) : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly WebApplication _platform = EmulatorHost.Build("http://127.0.0.1:0", FaultScript.None);

    private EmulatorState Platform => _platform.Services.GetRequiredService<EmulatorState>();

    public async ValueTask InitializeAsync() => await _platform.StartAsync(_token);

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    /// <summary>A share of the matrix; all of it by eng/kill-matrix.sh.</summary>
    public static TheoryData<string, string, string> Deaths()
    {
        var deaths = new TheoryData<string, string, string>();

        if (Environment.GetEnvironmentVariable("KILL_MATRIX") is not { Length: > 0 } wanted)
        {
            deaths.Add("after-commit:2", Stores.Sqlite, "none"); // The plan is stored, no call has gone out.
            deaths.Add("after-call:2", Stores.Postgres, "none");
            deaths.Add("after-call:3", Stores.Sqlite, "none"); // Between patch and cancel.
            return deaths;
        }

        string[] places = ["after-commit:2", "before-call:2", "after-call:2", "before-call:3", "after-call:3", "before-conclusion:2", "after-conclusion:2"];
        string[] faults = ["none", "409", "429", "500", "timeout-before", "timeout-after", "cut-before", "cut-after", "metadata-replace"];

        foreach (var place in places.Where(place => wanted is "all" || place == wanted))
        {
            foreach (var store in (string[])[Stores.Sqlite, Stores.Postgres])
            {
                foreach (var fault in faults)
                {
                    deaths.Add(place, store, fault);
                }
            }
        }

        return deaths;
    }

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task GivenAWorkerThatDiesInAPlan_WhenStartedAgain_ThenThereIsOneEffectiveChangeAndOneEvent(string place, string store, string fault)
    {
        var order = new InventedOrder();
        var cancel = order with { Control = "CA", Status = "CA", Minute = 5 };
        var environment = new Dictionary<string, string?>(Settings()) { ["INTEGRATION_WORKER_CRASH_AT"] = place };
        await using var worker = await WorkerProcess.StartAsync(
            await new WorkerSettings { Environment = environment }.OnAsync(store, surroundings, _token), _token);

        await PostAsync(worker, order);
        await worker.WaitForEventAsync(1, _token);
        Platform.Script = new FaultScript(fault == "none" ? [] :
            [new Fault { Kind = fault, Operation = "patch", Times = 1, Ms = 1500 }, new Fault { Kind = fault, Operation = "cancel", Times = 1, Ms = 1500 }]);
        await TryPostAsync(worker, cancel);
        await worker.WaitForExitAsync(_token);
        environment.Remove("INTEGRATION_WORKER_CRASH_AT");
        await worker.StartAgainAsync(_token);
        await PostAsync(worker, cancel); // The sender is not sure either.
        await worker.WaitForEventAsync(2, _token);

        var events = (await worker.EventsAsync(_token)).Select(StudyEvent.Of).ToList();
        Assert.Equal([order.Key, cancel.Key], events.Select(e => e.MessageKey));
        var remote = Platform.Studies.FindByUid(order.Uid)!;
        Assert.Equal(("CA", true), (remote.Metadata["ris.orderStatus"], remote.CancelledAt is not null));
        var changed = Platform.Calls.SelectMany(call => call.Changed.Select(field => $"{call.Operation} {field}")).ToList();
        Assert.Equal(changed.Distinct(), changed);
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenTwoWorkersOnOneDatabase_WhenOneDiesInAPlan_ThenTheOtherTakesItOverAndNothingIsDoneTwice()
    {
        var database = await surroundings.DatabaseAsync(_token);
        using var keys = new TemporaryFolder("target-keys");
        var settings = new WorkerSettings { Postgres = database, KeyFile = keys.PathOf("keys.json"), Environment = Settings() };
        await using var first = await WorkerProcess.StartAsync(
            settings with { Environment = new Dictionary<string, string?>(Settings()) { ["INTEGRATION_WORKER_CRASH_AT"] = "after-call:3" } }, _token);
        await using var second = await WorkerProcess.StartAsync(settings, _token);
        var orders = Enumerable.Range(0, 20).Select(_ => new InventedOrder()).ToList();

        foreach (var order in orders)
        {
            // Whichever is alive: the other one's answers are refused connections.
            await PostAsync(second, order);

            if (!first.HasExited)
            {
                await TryPostAsync(first, order with { Control = "XO", Priority = "S", Minute = 3 });
            }
        }

        foreach (var order in orders)
        {
            await PostAsync(second, order with { Control = "XO", Priority = "S", Minute = 3 }); // A duplicate where the first one took it.
        }

        await second.WaitForEventAsync(40, _token);

        var events = (await second.EventsAsync(_token)).Select(StudyEvent.Of).ToList();
        Assert.Equal(40, events.Select(e => e.MessageKey).Distinct().Count());
        Assert.Equal(40, events.Count);
        Assert.All(orders, order => Assert.Equal("stat", Platform.Studies.FindByUid(order.Uid)!.Severity));
        Assert.All(
            Platform.Calls.Where(call => call.StudyId is not null).GroupBy(call => call.StudyId),
            calls => Assert.Equal(1, calls.SelectMany(call => call.Changed).Count(field => field == "severity")));
        Assert.Empty(await second.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenAWorkerThatKeepsItsStudiesItselfAgain_WhenStarted_ThenTheJobOfThePlatformIsOffTheScheduleAndTheOthersStay()
    {
        var database = await surroundings.DatabaseAsync(_token);
        var environment = Settings();
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings { Postgres = database, Environment = environment }, _token);
        await Patience.UntilAsync(async () => (await JobsAsync(database)).Contains("DriftJob"), () => "the job is scheduled", _token);
        await worker.StopAsync();

        environment["Target__Kind"] = "local";
        await worker.StartAgainAsync(_token);
        await Patience.UntilAsync(async () => !(await JobsAsync(database)).Contains("DriftJob"), () => "the job is off the schedule", _token);

        Assert.Contains("RetentionJob", await JobsAsync(database));
    }

    private async Task<IReadOnlyList<string>> JobsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("select job_name from qrtz_job_details");
        await using var reader = await command.ExecuteReaderAsync(_token);
        var names = new List<string>();

        while (await reader.ReadAsync(_token))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private Dictionary<string, string?> Settings() => new()
    {
        ["Target__Kind"] = "remote",
        ["Target__BaseUrl"] = _platform.Urls.Single(),
        ["Target__ApiKey"] = "invented",
        ["Target__TimeoutSeconds"] = "3", // A busy machine is no fault of the platform: places are counted in calls.
        ["Target__LeaseSeconds"] = "4",
    };

    private async Task PostAsync(WorkerProcess worker, InventedOrder order)
    {
        using var content = new ReadOnlyMemoryContent(order.Bytes);
        using var response = await worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content, _token);
        Assert.True(response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{(int)response.StatusCode}\n{worker.Output}");
    }

    private async Task TryPostAsync(WorkerProcess worker, InventedOrder order)
    {
        try
        {
            using var content = new ReadOnlyMemoryContent(order.Bytes);
            using var response = await worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content, _token);
        }
        catch (HttpRequestException)
        {
            // It died before it could answer.
        }
    }
}
