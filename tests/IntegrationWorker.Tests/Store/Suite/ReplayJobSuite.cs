using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.DeadLetters.Replays;
using IntegrationWorker.Intake;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>Replay jobs: a frozen list, canaries, a stop, one driver, and never a dead letter twice.</summary>
public abstract class ReplayJobSuite : OpenStoreSuite
{
    // Without a ramp, which needs a clock that goes.
    private static readonly ReplayRequest _all = new() { Rate = 0, Why = "registered" };

    private protected ReplayJobSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenTheWholeStoreOfCases_WhenReplayedTwice_ThenTheSecondTimeWritesNothingPublishesNothingAndGivesAReceiptForEach()
    {
        const int count = 300;
        var bench = await FailedAsync(count);
        var first = (await bench.Jobs.CreateAsync(_all, "anna", null, Token))!;
        Assert.Equal((count, count), ((int)first.Total, await CountAsync(DeadLetterStatus.Replaying)));

        var done = (await bench.DriveAsync(first.Id))!;
        var events = await bench.EventsAsync();
        var studies = await StudiesAsync(bench, count);
        var second = (await bench.Jobs.CreateAsync(_all with { Status = "any", Why = "proof" }, "anna", null, Token))!;
        var again = (await bench.DriveAsync(second.Id))!;

        Assert.Equal((ReplayJobState.Done, count, 0, count), (done.State, (int)done.Done, (int)done.Rejected, (int)done.Changed));
        Assert.Equal(count, await CountAsync(DeadLetterStatus.Resolved));
        Assert.Equal(count, events.Count);
        Assert.Equal((ReplayJobState.Done, count, 0, 0), (again.State, (int)again.Done, (int)again.Rejected, (int)again.Changed));
        Assert.Equal(events.Select(one => one.EventId), (await bench.EventsAsync()).Select(one => one.EventId));
        Assert.Equal(studies, await StudiesAsync(bench, count));
        var items = await bench.Jobs.ItemsAsync(second.Id, 0, 1000, Token);
        Assert.Equal(Enumerable.Range(1, count).Select(position => (long)position), items.Select(item => item.Position));
        Assert.All(items, item =>
        {
            Assert.Equal((Outcomes.Duplicate, Outcomes.Created), (item.Outcome, item.Receipt!.Value.GetProperty("earlierOutcome").GetString()));
            Assert.Equal(0, item.Receipt.Value.GetProperty("changed").GetArrayLength());
        });
        Assert.Equal(new Dictionary<string, long> { [Outcomes.Duplicate] = count }, (await bench.Jobs.ShowAsync(second.Id, Token))!.Outcomes);
    }

    [Fact]
    public async Task GivenACauseThatIsNotMended_WhenReplayed_ThenTheFirstCanaryStopsTheJobAndCancellingOpensTheRest()
    {
        await FailedAsync(50);
        var bench = new CaseBench(Store, Token); // NEW is still nobody.
        var job = (await bench.Jobs.CreateAsync(_all, "anna", null, Token))!;

        var stopped = (await bench.DriveAsync(job.Id))!;

        Assert.Equal((ReplayJobState.Stopped, 1, 1), (stopped.State, (int)stopped.Done, (int)stopped.Rejected));
        Assert.StartsWith("1 of the last 1", stopped.Reason, StringComparison.Ordinal);
        Assert.Equal(49, await CountAsync(DeadLetterStatus.Replaying));
        Assert.True(await bench.Jobs.CancelAsync(job.Id, "anna", Token));
        Assert.False(await bench.Jobs.ResumeAsync(job.Id, Token));
        Assert.Equal(50, await CountAsync(DeadLetterStatus.Open));
        Assert.Null(await bench.DriveAsync(job.Id));
    }

    [Fact]
    public async Task GivenAnOpenCase_WhenItIsOnAList_ThenNoOtherJobAndNobodyElseTakesIt()
    {
        var bench = await FailedAsync(12);
        var first = (await bench.Jobs.CreateAsync(_all, "anna", null, Token))!;

        var second = (await bench.Jobs.CreateAsync(_all, "ben", null, Token))!;
        var id = (await Store.DeadLetters.ListAsync(new DeadLetterFilter(), 1, null, Token))[0].Id;

        Assert.Equal((12, 0), ((int)first.Total, (int)second.Total));
        await Assert.ThrowsAsync<DeadLetterBusyException>(() => bench.Desk.ReplayAsync(id, "ben", "", Token));
        Assert.False(await bench.Desk.DiscardAsync(id, "ben", "no", Token));
        Assert.Equal(ReplayJobState.Done, (await bench.DriveAsync(second.Id))!.State);
    }

    [Fact]
    public async Task GivenARunningJob_WhenPausedAndResumed_ThenItGoesOnWhereItWasAndEachIsReplayedOnce()
    {
        const int count = 600;
        var bench = await FailedAsync(count);
        var job = (await bench.Jobs.CreateAsync(_all, "anna", null, Token))!;

        var paused = await bench.DriveAsync(job.Id, now =>
        {
            if (now.Done >= 200)
            {
                bench.Jobs.PauseAsync(job.Id, "ben", Token).GetAwaiter().GetResult();
            }
        });
        Assert.Equal(ReplayJobState.Paused, paused!.State);
        Assert.InRange(paused.Done, 200, count - 1);
        Assert.True(await bench.Jobs.ResumeAsync(job.Id, Token));
        var done = await bench.DriveAsync(job.Id);

        Assert.Equal((ReplayJobState.Done, count), (done!.State, (int)done.Done));
        Assert.Equal(count, (await bench.EventsAsync()).Count);
        Assert.All(await Store.DeadLetters.ListAsync(new DeadLetterFilter(), 1000, null, Token), letter => Assert.Equal(1, letter.Attempts));
    }

    [Fact]
    public async Task GivenADriverWhoseLeaseIsOver_WhenAnotherOneTakesTheJob_ThenTheFirstWritesNothingMore()
    {
        const int count = 300;
        var bench = await FailedAsync(count);
        await using var other = Door.Open();
        other.Time.Now = Some.Noon.AddMinutes(1); // To this worker the lease of the first one is over.
        var otherBench = new CaseBench(other, Token, knowsNew: true);
        var job = (await bench.Jobs.CreateAsync(_all, "anna", null, Token))!;
        ReplayJob? taken = null;

        var left = await bench.DriveAsync(job.Id, now =>
        {
            if (now.Done >= 11 && taken is null)
            {
                taken = otherBench.DriveAsync(job.Id).GetAwaiter().GetResult();
            }
        });

        Assert.Equal((ReplayJobState.Done, count), (taken!.State, (int)taken.Done));
        Assert.Equal((ReplayJobState.Done, count), (left!.State, (int)left.Done));
        Assert.Equal(count, (await bench.EventsAsync()).Count);
        Assert.All(await Store.DeadLetters.ListAsync(new DeadLetterFilter(), 1000, null, Token), letter => Assert.Equal(1, letter.Attempts));
    }

    [Fact]
    public async Task GivenTwoWorkers_WhenBothDriveAtOnce_ThenOneDoes()
    {
        var bench = await FailedAsync(60);
        await using var other = Door.Open();
        var job = (await bench.Jobs.CreateAsync(_all, "anna", null, Token))!;

        var both = await Task.WhenAll(
            Task.Run(() => bench.DriveAsync(job.Id), Token), Task.Run(() => new CaseBench(other, Token, knowsNew: true).DriveAsync(job.Id), Token));

        Assert.Contains(both, one => one?.State == ReplayJobState.Done);
        Assert.Equal(60, (await bench.EventsAsync()).Count);
    }

    [Fact]
    public async Task GivenAJob_WhenItIsTriedFirst_ThenTheForecastIsWhatHappensThenAndNothingIsWritten()
    {
        var bench = await FailedAsync(20);
        await bench.FailAsync(bench.Order("BAD", 99, 500, uid: "1..2"));
        var request = _all with { StopPercent = 100 };

        var forecast = (await bench.Jobs.ForecastAsync(request, Token))!;
        Assert.Empty(await bench.EventsAsync());
        Assert.Equal(21, await CountAsync(DeadLetterStatus.Open));
        var job = (await bench.Jobs.CreateAsync(request, "anna", null, Token))!;
        await bench.DriveAsync(job.Id);

        Assert.Equal((21, 20, 20), ((int)forecast.Total, (int)forecast.Changing, (int)forecast.Events));
        Assert.Equal(new Dictionary<string, long> { ["created"] = 20, ["rejected IDN-004"] = 1 }, forecast.Outcomes);
        Assert.Equal(new Dictionary<string, long> { ["created"] = 20, ["rejected"] = 1 }, (await bench.Jobs.ShowAsync(job.Id, Token))!.Outcomes);
        Assert.Equal((1, 20), (await CountAsync(DeadLetterStatus.Open), await CountAsync(DeadLetterStatus.Resolved)));
    }

    [Fact]
    public async Task GivenGroupsAndIds_WhenAJobIsMade_ThenItsListIsWhatWasAskedFor()
    {
        var bench = await FailedAsync(5);
        var bad = await bench.FailAsync(bench.Order("BAD", 99, 500, uid: "1..2"));
        var group = (await bench.Groups.ListAsync(DeadLetterStatus.Open, Token)).Single(one => one.Code == "HL7-010");

        Assert.Equal(1, (await bench.Jobs.CreateAsync(_all with { Ids = [bad, bad, "dl_unknown"] }, "anna", null, Token))!.Total);
        Assert.Equal(0, (await bench.Jobs.CreateAsync(_all with { Until = Some.Noon.AddDays(-1) }, "anna", null, Token))!.Total);
        Assert.Equal(5, (await bench.Jobs.CreateAsync(_all with { Group = group.Id }, "anna", null, Token))!.Total);
        Assert.Null(await bench.Jobs.CreateAsync(_all with { Group = "grp_unknown" }, "anna", null, Token));
    }

    // A sender that was registered after so many of its messages had failed.
    private async Task<CaseBench> FailedAsync(int count)
    {
        var before = new CaseBench(Store, Token);

        foreach (var batch in Enumerable.Range(0, count).Select(i => before.Order($"N{i}", i, i, sender: "NEW")).Chunk(200))
        {
            await before.Pipeline.ProcessAsync([.. batch.Select(before.Pipeline.Read)], Token);
        }

        return before.WithNew();
    }

    private async Task<int> CountAsync(string status) =>
        (await Store.DeadLetters.ListAsync(new DeadLetterFilter(status), 1000, null, Token)).Count;

    private static async Task<List<(string, long, DateTimeOffset)>> StudiesAsync(CaseBench bench, int count)
    {
        var studies = new List<(string, long, DateTimeOffset)>();

        for (var i = 0; i < count; i += 50)
        {
            var study = await bench.StudyAsync(i);
            studies.Add((study.StudyId, study.Version, study.UpdatedAt));
        }

        return studies;
    }
}
