using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>How many statements there are, and how the database finds what they ask for.</summary>
public abstract class StatementSuite : OpenStoreSuite
{
    private protected StatementSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenABatchOfManyMessages_WhenItIsDecided_ThenItTakesNoMoreStatementsThanABatchOfOne()
    {
        var ofOne = await CountAsync(() => RunBatchAsync(1));
        var ofMany = await CountAsync(() => RunBatchAsync(200));

        // The two transactions of a small one may say beforehand that they are small.
        Assert.InRange(ofMany, ofOne - 2, ofOne);
        Assert.InRange(ofOne, 10, 41);
    }

    [Fact]
    public async Task GivenABatchOfEverything_WhenItIsDecided_ThenEveryStatementFindsItsRowsByAnIndex()
    {
        var plans = await PlansAsync(() => RunBatchAsync(3));

        Assert.All(plans, plan => Assert.True(plan.IsByIndex, plan.ToString()));
    }

    [Fact]
    public async Task GivenWhatAnOperatorKnows_WhenItIsLookedUp_ThenItIsFoundByAnIndex()
    {
        var plans = await PlansAsync(async () =>
        {
            await Store.Reader.FindByIdAsync("stu_1", Token);
            await Store.Reader.FindByUidAsync("1.2.3", Token);
            await Store.Reader.ShowByIdAsync("stu_1", Token);
            await Store.Reader.ShowByUidAsync("1.2.3", Token);
            await Store.Reader.ShowByNumberAsync(new LinkKey(LinkKind.Accession, "A-1"), Token);
            await Store.Reader.FindByLinkAsync(LinkKind.Accession, "A-1", Token);
            await Store.Reader.FindByLinkAsync(LinkKind.Filler, "F-1", Token);
            await Store.Reader.HistoryAsync("stu_1", Token);
            await Store.Reader.HistoryOfMessageAsync("hl7/RIS/NORTH/1", Token);
            await Store.Reader.FindMessageAsync("hl7/RIS/NORTH/1", Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter { BaseKeys = ["hl7/RIS/NORTH/1"] }, 20, Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter("ris", null, Some.Noon, Some.Noon) { Code = "HL7-010" }, 20, Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter { Code = "HL7-010", Before = new MessagePlace(Some.Noon, "k") }, 20, Token);
            await Store.Reader.HistoryOfMessagesAsync(["hl7/RIS/NORTH/1"], Token);
            await Store.Reader.PendingEventsAsync(["stu_1"], Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter("ris", null, Some.Noon, Some.Noon), 20, Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter("ris", null, null, null), 20, Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter("ris", "applied", null, null), 20, Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter("ris", "rejected", null, Some.Noon), 20, Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter(null, "rejected", Some.Noon, null), 20, Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter(null, "linked", null, null), 20, Token);
            await Store.Reader.FindMessagesAsync(new MessageFilter(null, "applied", Some.Noon, null), 20, Token);
            await Store.DeadLetters.ListAsync(new DeadLetterFilter(Code: "IDN-003", SourceId: "ris"), 20, null, Token);
            await Store.DeadLetters.ListAsync(new DeadLetterFilter { MessageKeys = ["hl7/RIS/NORTH/1"] }, 20, null, Token);
            await Store.Reader.FindMessagesAsync(
                new MessageFilter("ris") { Code = "HL7-010", Numbers = [new LinkKey(LinkKind.Accession, "A-1"), new LinkKey(LinkKind.Filler, "F-1")] }, 20, Token);
            await Store.Reader.ListAsync(new StudyFilter { AssignedTo = "usr_1" }, 20, null, Token);
            await Store.DeadLetters.GetAsync("dl_1", Token);
            await Store.DeadLetters.ListAsync(new DeadLetterFilter(MessageKey: "hl7/RIS/NORTH/1"), 20, null, Token);
            await Store.DeadLetters.ListAsync(new DeadLetterFilter(Status: DeadLetterStatus.Open), 20, null, Token);
            await Store.DeadLetters.ListAsync(new DeadLetterFilter { Numbers = [new LinkKey(LinkKind.Accession, "A-1")] }, 20, null, Token);
            await Store.DeadLetters.ListAsync(
                new DeadLetterFilter(DeadLetterStatus.Open) { Group = new CauseKey("IDN-002", "ris", null, "by=accession") }, 20, null, Token);
            await Store.DeadLetters.CountByCauseAsync(DeadLetterStatus.Open, Token);
            await Store.DeadLetters.StepAsync(Some.Closing("dl_1", DeadLetterStatus.Discarded, Some.Noon), Token);
            await Store.DeadLetters.LooksAsync("dl_1", Token);
            await Store.DeadLetters.GetAsync(["dl_1"], Token);
            await Store.Revisions.ListAsync("dl_1", Token);
            await Store.Filters.FindAsync("night", Token);
            await Store.Holds.FindOverAsync(20, 100, Token);
            await Store.Holds.ListAsync(["dl_1"], Token);
            await Store.Holds.SkipAsync(Some.Closing("dl_1", DeadLetterStatus.Open, Some.Noon), Token);
            await Store.ReplayJobs.GetAsync("rpj_1", Token);
            await Store.ReplayJobs.ItemsAsync("rpj_1", 0, 20, Token);
            await Store.ReplayJobs.OutcomesAsync("rpj_1", Token);
            await Store.FhirWork.FindDueAsync("fhir", Some.Noon, 20, Token);
            await Store.FhirWork.OpenGapsAsync("fhir", Token);
            await Store.FhirWork.PositionsAsync("fhir", Token);
            await Store.FhirWork.FindWatermarkAsync("fhir", "ImagingStudy", Token);
            await Store.ReplayJobs.FindFreeAsync(Some.Noon, Token);
            await Store.ReplayJobs.TryTakeAsync("rpj_1", "h", Some.Noon, Some.Noon, Token);
            await Store.ReplayJobs.PendingAsync("rpj_1", 0, 20, Token);
            await Store.ReplayJobs.SetStateAsync("rpj_1", [ReplayJobState.Running], ReplayJobState.Cancelled, null, Some.Noon, Token);
            await Store.Outbox.ReadAfterAsync(1_000, 20, Token);
            await Store.Outbox.FindPendingAsync([Some.Event(Some.Study(), 1) with { Position = 3 }], Token);
            await Store.Outbox.MarkPublishedAsync([1, 2, 3], Token);
            await Store.Maintenance.FindExpiredParkedAsync(Some.Noon, 20, Token);
            await Store.Health.CheckAsync(Token);
        });

        Assert.All(plans, plan => Assert.True(plan.IsByIndex, plan.ToString()));
    }

    // Everything a batch can write, for so many messages.
    private async Task RunBatchAsync(int messages)
    {
        Study[] studies = [.. Enumerable.Range(0, messages).Select(_ => Some.Study())];
        await Store.Studies.WriteAsync(changes => changes.NewStudies.AddRange(studies), Token);
        string[] keys = [.. studies.Select(study => $"m/{study.StudyId}")];
        string[] olderKeys = [.. keys.Select(key => $"{key}/older")];
        await Store.Studies.WriteAsync(changes => changes.NewRecords.AddRange(olderKeys.Select(key => Some.Record(key))), Token);

        string[] ended = [.. olderKeys.Select(key => Hold.IdOf("ris", key))];
        await Store.Studies.WriteAsync(changes => changes.Holds.AddRange(olderKeys.Select(key => new Hold("ris", key, null, Some.Noon))), Token);

        await using var batch = await Store.Studies.BeginAsync(Token);
        await batch.ClaimAsync([.. keys, .. olderKeys], Token);
        var loaded = await batch.LoadAsync([.. studies.Select(study => new LinkKey(LinkKind.StudyId, study.StudyId))], Token);
        await batch.LoadHoldsAsync([.. keys.Select(key => Hold.IdOf("ris", key))], Token);
        await batch.LoadHeldAsync(Hold.IdOf("ris", keys[0]), 100, Token);
        await batch.LoadPositionsAsync([.. keys.Select(key => ("fhir", key))], Token);
        var changes = new BatchChanges();
        changes.NewStudies.AddRange(studies.Select(_ => Some.Study()));
        changes.ChangedStudies.AddRange(loaded.Studies);
        changes.NewLinks.AddRange(studies.Select(study => new Link(LinkKind.Accession, study.StudyId, "RIS", study.StudyId)));
        changes.RemovedLinks.AddRange(studies.Select(study => new Link(LinkKind.Filler, study.StudyId, "RIS", study.StudyId)));
        changes.NewRecords.AddRange(keys.Select(key => Some.Record(key)));
        changes.ChangedRecords.AddRange(olderKeys.Select(key => Some.Record(key)));
        changes.History.AddRange(studies.Select(study => Some.History(study, keys[0])));
        changes.Outbox.AddRange(studies.Select(study => Some.Event(study)));
        changes.DeadLetters.AddRange(studies.Select(_ => Some.DeadLetter() with { Keys = [new LinkKey(LinkKind.Accession, "A-1")] }));
        changes.NewParked.AddRange(keys.Select(key => Some.Parked(key, new LinkKey(LinkKind.Filler, key))));
        changes.RemovedParked.AddRange(olderKeys);
        changes.Holds.AddRange(keys.Select(key => new Hold("ris", key, "dl_1", Some.Noon)));
        changes.EndedHolds.AddRange(ended);
        changes.HeldUnits.AddRange(keys.Select(key => new HeldUnit(Hold.IdOf("ris", key), Some.Parked(key), Some.Noon)));
        changes.Positions.AddRange(keys.Select(key => new SubscriptionPosition
        {
            SourceId = "fhir", SubscriptionId = key, Position = 1, LastHeardAt = Some.Noon,
        }));
        changes.Fetches.AddRange(keys.Select(key => FhirFetch.Read("fhir", key, key, Some.Noon)));
        await batch.SaveAsync(changes, Token);
        await batch.CommitAsync(Token);
    }

    private async Task<int> CountAsync(Func<Task> work) => (await WatchAsync(work)).Count;

    private async Task<List<QueuedStatement>> WatchAsync(Func<Task> work)
    {
        var seen = new List<QueuedStatement>();
        Store.Database.Executing += seen.Add;

        try
        {
            await work();
        }
        finally
        {
            Store.Database.Executing -= seen.Add;
        }

        return seen;
    }

    private async Task<IReadOnlyList<Plan>> PlansAsync(Func<Task> work)
    {
        var plans = new List<Plan>();

        foreach (var statement in (await WatchAsync(work)).DistinctBy(statement => statement.Text))
        {
            plans.Add(await Plan.OfAsync(Store.Database, statement, Token));
        }

        Assert.NotEmpty(plans);
        return plans;
    }
}
