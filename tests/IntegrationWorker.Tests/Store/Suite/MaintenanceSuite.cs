using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>What time does to the store.</summary>
public abstract class MaintenanceSuite : OpenStoreSuite
{
    private static readonly RetentionCutOffs _nothing = new(null, null, null, null, null);

    private protected MaintenanceSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenParkedUnits_WhenTheirTimeIsOver_ThenTheLongestWaitingComeFirstAndStayUntilDecided()
    {
        var key = new LinkKey(LinkKind.Filler, "F1");
        await Store.Studies.WriteAsync(
            changes => changes.NewParked.AddRange(
            [
                Some.Parked("m1", key) with { ExpiresAt = Some.Noon },
                Some.Parked("m2", key) with { ExpiresAt = Some.Noon.AddMicroseconds(1) },
                Some.Parked("m3", key) with { ExpiresAt = Some.Noon.AddDays(-1) },
            ]),
            Token);

        Assert.Equal(["m3#1", "m1#1"], await ExpiredAsync(10));
        Assert.Equal(["m3#1"], await ExpiredAsync(1));
        Assert.Equal(3, (await Store.Studies.LoadAsync(Token, key)).Parked.Count);

        await Store.Studies.WriteAsync(changes => changes.RemovedParked.Add("m3#1"), Token);
        Assert.Equal(["m1#1"], await ExpiredAsync(10));
    }

    [Fact]
    public async Task GivenRecords_WhenTheOldOnesArePurged_ThenThoseStayThatSomethingOpenBelongsTo()
    {
        var old = Some.Noon.AddDays(-31);
        var (open, closed) = (Some.DeadLetter() with { MessageKey = "open" }, Some.DeadLetter() with { MessageKey = "closed" });
        await Store.Studies.WriteAsync(
            changes =>
            {
                changes.NewRecords.AddRange(
                [
                    Some.Record("old1") with { ReceivedAt = old },
                    Some.Record("old2") with { ReceivedAt = old },
                    Some.Record("old2", generation: 2),
                    Some.Record("open") with { ReceivedAt = old },
                    Some.Record("closed") with { ReceivedAt = old },
                    Some.Record("parked") with { ReceivedAt = old },
                    Some.Record("young"),
                ]);
                changes.DeadLetters.AddRange([open, closed]);
                changes.NewParked.Add(Some.Parked("parked"));
            },
            Token);
        await Store.DeadLetters.StepAsync(Some.Closing(closed.Id, DeadLetterStatus.Discarded, Some.Noon), Token);
        var cutOffs = _nothing with { Messages = Some.Noon.AddDays(-30) };

        Assert.Equal(2, await Store.Maintenance.PurgeAsync(cutOffs, 2, Token));
        Assert.Equal(1, await Store.Maintenance.PurgeAsync(cutOffs, 2, Token));
        Assert.Equal(0, await Store.Maintenance.PurgeAsync(cutOffs, 2, Token));

        var kept = await Store.Studies.RecordsAsync(Token, "old1", "old2", "open", "closed", "parked", "young");
        Assert.Equal(["old2~2", "open", "parked", "young"], kept.Select(record => record.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task GivenHistoryDeadLettersAndEvents_WhenPurged_ThenOnlyWhatIsOldAndOverGoes()
    {
        var study = Some.Study();
        var old = Some.Noon.AddDays(-100);
        var (open, closed) = (Some.DeadLetter(at: old), Some.DeadLetter(at: old));
        var changes = await Store.Studies.WriteAsync(
            all =>
            {
                all.History.AddRange([Some.History(study, "m1") with { At = old }, Some.History(study, "m2")]);
                all.DeadLetters.AddRange([open, closed]);
                all.Outbox.AddRange([Some.Event(study, 1, old), Some.Event(study, 2, old), Some.Event(study, 3)]);
            },
            Token);
        await Store.Outbox.MarkPublishedAsync([changes.Outbox[0].Position, changes.Outbox[2].Position], Token);
        await Store.DeadLetters.AddLookAsync(closed.Id, new DeadLetterLook(old, "o", DeadLetterActions.Show), Token);
        await Store.DeadLetters.StepAsync(Some.Closing(closed.Id, DeadLetterStatus.Resolved, Some.Noon.AddDays(-50)), Token);

        Assert.Equal(0, await Store.Maintenance.PurgeAsync(_nothing, 100, Token));
        Assert.Equal(0, await Store.Maintenance.PurgeAsync(_nothing with { ClosedDeadLetters = Some.Noon.AddDays(-60) }, 100, Token));
        var cutOff = Some.Noon.AddDays(-30);
        Assert.Equal(3, await Store.Maintenance.PurgeAsync(new RetentionCutOffs(cutOff, cutOff, cutOff, cutOff, cutOff), 100, Token));

        Assert.Equal("m2", Assert.Single(await Store.Reader.HistoryAsync(study.StudyId, Token)).MessageKey);
        Assert.Equal(open.Id, Assert.Single(await Store.DeadLetters.ListAsync(new DeadLetterFilter(), 10, null, Token)).Id);
        Assert.Equal([2, 3], (await Store.Outbox.ReadAfterAsync(0, 10, Token)).Select(entry => entry.Version));
    }

    [Fact]
    public async Task GivenGaps_WhenPurged_ThenOnlyThoseGoThatWereMadeGoodLongAgo()
    {
        await Store.FhirWork.SaveGapAsync(Gap("old", Some.Noon.AddDays(-500), closedAt: Some.Noon.AddDays(-400)), Token);
        await Store.FhirWork.SaveGapAsync(Gap("old", Some.Noon.AddDays(-450), closedAt: Some.Noon.AddDays(-366)), Token);
        await Store.FhirWork.SaveGapAsync(Gap("open", Some.Noon.AddDays(-500), closedAt: null), Token);
        await Store.FhirWork.SaveGapAsync(Gap("long", Some.Noon.AddDays(-500), closedAt: Some.Noon.AddDays(-364)), Token);
        var cutOffs = _nothing with { ClosedGaps = Some.Noon.AddDays(-365) };

        Assert.Equal(0, await Store.Maintenance.PurgeAsync(_nothing, 10, Token));
        Assert.Equal(1, await Store.Maintenance.PurgeAsync(cutOffs, 1, Token));
        Assert.Equal(Some.Noon.AddDays(-450), Assert.Single(await Store.FhirWork.GapsAsync("old", null, 10, Token)).NoticedAt);
        Assert.Equal(1, await Store.Maintenance.PurgeAsync(cutOffs, 10, Token));
        Assert.Equal(0, await Store.Maintenance.PurgeAsync(cutOffs, 10, Token));

        Assert.Empty(await Store.FhirWork.GapsAsync("old", null, 10, Token));
        Assert.Single(await Store.FhirWork.GapsAsync("open", null, 10, Token));
        Assert.Single(await Store.FhirWork.GapsAsync("long", null, 10, Token));
    }

    [Fact]
    public async Task GivenManyOldRecords_WhenTheyArePurgedWhileMessagesAreDecided_ThenBothComeToTheirEnd()
    {
        await using var worker = Door.Open();
        var old = Enumerable.Range(0, 2000).Select(i => Some.Record($"old/{i}") with { ReceivedAt = Some.Noon.AddDays(-31) }).ToList();
        await Store.Studies.WriteAsync(changes => changes.NewRecords.AddRange(old), Token);
        var cutOffs = _nothing with { Messages = Some.Noon.AddDays(-30) };

        var purging = Task.Run(
            async () =>
            {
                var purged = 0L;

                while (await Store.Maintenance.PurgeAsync(cutOffs, 100, Token) is > 0 and var step)
                {
                    purged += step;
                }

                return purged;
            },
            Token);

        for (var i = 0; i < 20; i++)
        {
            await worker.Studies.WriteAsync(changes => changes.NewRecords.Add(Some.Record($"new/{i}")), Token);
        }

        Assert.Equal(old.Count, await purging);
        Assert.Equal(20, (await Store.Studies.RecordsAsync(Token, [.. Enumerable.Range(0, 20).Select(i => $"new/{i}")])).Count);
    }

    [Fact]
    public async Task GivenAStoreThatWorks_WhenItsHealthIsChecked_ThenNothingIsThrownHoweverOften()
    {
        await Store.Health.CheckAsync(Token);
        await Store.Health.CheckAsync(Token);
    }

    private static SubscriptionGap Gap(string subscriptionId, DateTimeOffset noticedAt, DateTimeOffset? closedAt) => new()
    {
        SourceId = "pacs", SubscriptionId = subscriptionId, NoticedAt = noticedAt, FirstNumber = 22, LastNumber = 24, ClosedAt = closedAt,
    };

    private async Task<IEnumerable<string>> ExpiredAsync(int max) =>
        (await Store.Maintenance.FindExpiredParkedAsync(Some.Noon, max, Token)).Select(unit => unit.UnitKey);
}
