using System.Text;
using System.Text.RegularExpressions;
using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters.Editing;
using IntegrationWorker.DeadLetters.Replays;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>Messages that wait behind a rejected one of their study, and what lets them go.</summary>
public abstract class HoldSuite : OpenStoreSuite
{
    private protected HoldSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenTheSecondOfFiveFails_WhenItIsMendedAndReplayed_ThenTheOthersFollowInTheirOrder()
    {
        var bench = Bench();
        var id = await FailSecondAsync(bench);
        var waiting = await SendRestAsync(bench);
        var other = await bench.SendAsync(bench.Order("D1", 2, 0));

        Assert.All(waiting, result => Assert.Equal((Outcomes.Parked, "held"), (result.Outcome, result.Reason)));
        Assert.Equal(Outcomes.Created, other.Outcome);
        Assert.False(await bench.Releaser.LookAsync(Token));
        Assert.Equal("R", Value(await bench.StudyAsync(1), "ris.priorityCode"));

        await MendAsync(bench, id);
        Assert.Equal("A", Value(await bench.StudyAsync(1), "ris.priorityCode"));
        await bench.Releaser.LookAsync(Token);

        Assert.Equal(["C1", "C2~2", "C3", "C4", "C5"], await AppliedAsync(bench, 1));
        var study = await bench.StudyAsync(1);
        Assert.Equal((5, "IP", "S"), (study.Version, Value(study, "ris.orderStatus"), Value(study, "ris.priorityCode")));
        Assert.Equal(Enumerable.Range(1, 5), (await EventsAsync(bench, study)).Select(one => (int)one.Version));
        Assert.Equal([Outcomes.Applied, Outcomes.Applied, Outcomes.Applied], await OutcomesAsync("C3", "C4", "C5"));
        Assert.All(await RecordsAsync("C3", "C4", "C5"), record => Assert.Null(ResultJson.Read(record.Result).Reason));
        Assert.Empty(await Store.Holds.ListAsync(null, Token));
        Assert.Equal(Outcomes.Applied, (await bench.SendAsync(Change(bench, "C6", 60, "R"))).Outcome);
    }

    [Fact]
    public async Task GivenMessagesThatWait_WhenTheRejectedOneIsDiscardedOrSkipped_ThenTheyGoOnWithoutIt()
    {
        var bench = Bench();
        var discarded = await FailSecondAsync(bench);
        await SendRestAsync(bench);
        await bench.SendAsync(bench.Order("D1", 2, 0));
        var skipped = await bench.FailAsync(Stranger(bench, "D2", 10, study: 2));
        await bench.SendAsync(Change(bench, "D3", 20, "S", study: 2));

        Assert.True(await bench.Desk.DiscardAsync(discarded, "anna", "a test", Token));
        Assert.True(await bench.Desk.SkipAsync(skipped, "anna", "the RIS is asked", Token));
        Assert.False(await bench.Desk.SkipAsync(skipped, "anna", "again", Token));
        Assert.False(await bench.Desk.SkipAsync(discarded, "anna", "it is closed", Token));
        await Assert.ThrowsAsync<ArgumentException>(() => bench.Desk.SkipAsync(skipped, "anna", " ", Token));
        await bench.Releaser.LookAsync(Token);

        Assert.Equal(["C1", "C3", "C4", "C5"], await AppliedAsync(bench, 1));
        Assert.Equal(["D1", "D3"], await AppliedAsync(bench, 2));
        Assert.Equal(DeadLetterStatus.Open, await bench.StatusAsync(skipped));
        Assert.Equal("skip anna", Assert.Single((await Store.DeadLetters.GetAsync(skipped, Token))!.Attempts.Select(one => $"{one.Action} {one.Who}")));
    }

    [Fact]
    public async Task GivenOneThatWaitedFailsAsWell_WhenItsTurnComes_ThenTheRestGoesOnWaitingBehindIt()
    {
        var bench = Bench();
        var first = await FailSecondAsync(bench);
        await bench.SendAsync(Change(bench, "C3", 20, "A"));
        Assert.Equal("held", (await bench.SendAsync(Stranger(bench, "C4", 30))).Reason); // Its turn to fail has not come.
        await bench.SendAsync(Change(bench, "C5", 40, "S"));

        await bench.Desk.DiscardAsync(first, "anna", "a test", Token);
        await bench.Releaser.LookAsync(Token);
        var second = Assert.Single(await Store.DeadLetters.ListAsync(new DeadLetterFilter(DeadLetterStatus.Open), 10, null, Token));
        var afterFirst = await AppliedAsync(bench, 1);
        await bench.Desk.DiscardAsync(second.Id, "anna", "a test", Token);
        await bench.Releaser.LookAsync(Token);

        Assert.Equal(["C1", "C3"], afterFirst);
        Assert.Equal((Codes.PatientMismatch, "hl7/RIS/NORTH/C4"), (second.Code, second.MessageKey));
        Assert.Equal(["C1", "C3", "C5"], await AppliedAsync(bench, 1));
        Assert.Equal([Outcomes.Rejected, Outcomes.Applied], await OutcomesAsync("C4", "C5"));
        Assert.Empty(await Store.Holds.ListAsync(null, Token));
    }

    [Fact]
    public async Task GivenAMessageWhoseStudyIsNotKnown_WhenItIsRejected_ThenNothingWaitsBehindIt()
    {
        var bench = Bench();
        await bench.SendAsync(bench.Order("C1", 1, 0));
        await bench.FailAsync(bench.Order("X1", 1, 1) with { Body = "no message"u8.ToArray() });
        await bench.FailAsync(bench.Order("X2", 1, 2, sender: "NOBODY"));
        await bench.FailAsync(bench.Order("X3", 1, 3, uid: "1..2"));

        Assert.Equal(Outcomes.Applied, (await bench.SendAsync(Change(bench, "C2", 10, "S"))).Outcome);
        Assert.Empty(await Store.Holds.ListAsync(null, Token));
    }

    [Fact]
    public async Task GivenMessagesThatWait_WhenOthersSpeakOfTheStudy_ThenThoseOfSourcesThatPassAndOfPeopleDoNotWait()
    {
        var bench = Bench();
        var before = new CaseBench(Store, Token, holds: true);
        var older = await before.FailAsync(bench.Order("O1", 1, -5, priority: "A", sender: "NEW"));
        await FailSecondAsync(bench);

        var command = await bench.SendAsync(CaseBench.Command("k-1", 1, 15, """ "patch": { "metadata": { "custom.room": "7" } } """));
        var replayed = await bench.Desk.ReplayAsync(older, "anna", "registered", Token);
        var foreign = await bench.SendAsync(bench.Order("N1", 1, 20, sender: "NEW", control: "XO|SC"));
        var byAccession = await bench.SendAsync(WithoutUid(Change(bench, "C3", 30, "S")));

        Assert.Equal(Outcomes.Applied, command.Outcome);
        Assert.NotEqual(Outcomes.Parked, replayed!.Result.Outcome);
        Assert.NotEqual(Outcomes.Parked, foreign.Outcome);
        Assert.Equal("held", byAccession.Reason); // By whatever number it names the study.
    }

    [Fact]
    public async Task GivenAnOrderThatIsRefusedBeforeItsStudyIsThere_WhenFurtherOnesNameItsUid_ThenTheyWait()
    {
        var bench = Bench();
        await bench.SendAsync(bench.Order("K1", 9, 0));
        var id = await bench.FailAsync(bench.Order("K1", 1, 1)); // The key of another message.

        var second = await bench.SendAsync(bench.Order("K2", 1, 2));
        await bench.Desk.ReplayAsync(id, "anna", "it is another message", Token);
        await bench.Releaser.LookAsync(Token);

        Assert.Equal("held", second.Reason);
        Assert.Equal(["K1~2", "K2"], (await Store.Reader.HistoryAsync((await bench.StudyAsync(1)).StudyId, Token)).Select(KeyOf));
    }

    [Fact]
    public async Task GivenMessagesThatWait_WhenTimeGoesBy_ThenNoneIsGivenUpOrForgottenAndPeopleAreTold()
    {
        var bench = Bench();
        var id = await FailSecondAsync(bench);
        await SendRestAsync(bench);
        await bench.Watch.LookAsync(Token);
        var atFirst = bench.Watch.Note;
        var listed = (await bench.Desk.ListAsync(new DeadLetterFilter { IsHolding = true }, 10, null, Token)).Single();

        Store.Time.Now = Some.Noon.AddDays(90);
        await new ParkedExpiry(bench.Rules, Store.Studies, Store.Maintenance, new EventSettings("urn:test", new HashSet<string>()), Store.Time).ExpireAsync(Token);
        await Store.Maintenance.PurgeAsync(new RetentionCutOffs(Some.Noon.AddDays(60), Some.Noon.AddDays(60), Some.Noon.AddDays(60), null, null), 1000, Token);
        await bench.Watch.LookAsync(Token);
        var late = (await bench.Desk.ListAsync(new DeadLetterFilter(), 10, null, Token)).Single();
        await bench.Desk.DiscardAsync(id, "anna", "at last", Token);
        await bench.Releaser.LookAsync(Token);
        await bench.Watch.LookAsync(Token);

        Assert.Null(atFirst);
        Assert.Equal((id, 3, Some.Noon, false), (listed.Id, listed.Held, listed.HeldSince, listed.HeldTooLong));
        Assert.True(late.HeldTooLong);
        Assert.Equal([Outcomes.Applied, Outcomes.Applied, Outcomes.Applied], await OutcomesAsync("C3", "C4", "C5"));
        Assert.Null(bench.Watch.Note);
        Assert.Empty(await bench.Desk.ListAsync(new DeadLetterFilter { IsHolding = true }, 10, null, Token));
    }

    [Fact]
    public async Task GivenMessagesThatWait_WhenTheirSourceIsSetToPass_ThenAWorkerLetsThemGoAtItsStart()
    {
        var bench = Bench();
        await FailSecondAsync(bench);
        await SendRestAsync(bench);

        await new CaseBench(Store, Token).Releaser.LookAsync(Token);

        Assert.Equal(["C1", "C3", "C4", "C5"], await AppliedAsync(bench, 1));
    }

    [Fact]
    public async Task GivenManyThatWait_WhenSeveralWorkersLetThemGoWhileMoreCome_ThenEachIsAppliedOnceAndInOrder()
    {
        const int count = 250;
        var bench = Bench();
        var id = await FailSecondAsync(bench);
        var orders = Enumerable.Range(0, count).Select(i => Change(bench, $"E{i:D3}", 20 + i, i % 2 == 0 ? "S" : "A")).ToList();

        foreach (var batch in orders.Take(200).Chunk(64))
        {
            await bench.Pipeline.ProcessAsync([.. batch.Select(bench.Pipeline.Read)], Token);
        }

        await bench.Desk.DiscardAsync(id, "anna", "a test", Token);
        CaseBench[] workers = [bench, Bench(), Bench()];
        var work = workers.Select(worker => Task.Run(() => UntilGoneAsync(worker), Token)).ToList();

        foreach (var order in orders.Skip(200))
        {
            await SendInspiteOfConflictsAsync(bench, order);
        }

        await Task.WhenAll(work);
        await UntilGoneAsync(bench);

        Assert.Equal(["C1", .. Enumerable.Range(0, count).Select(i => $"E{i:D3}")], await AppliedAsync(bench, 1));
        Assert.Equal(count + 1, (await bench.StudyAsync(1)).Version);
    }

    [Fact]
    public async Task GivenACaseThatOthersWaitBehind_WhenItIsSkippedReplayedOrDiscarded_ThenTheCaseIsLockedBeforeItsHold()
    {
        // Two that lock them the other way round can wait for each other.
        var bench = Bench();
        var id = await FailSecondAsync(bench);
        await SendRestAsync(bench);

        var skipping = await LockedAsync(() => bench.Desk.SkipAsync(id, "anna", "the RIS is asked", Token));
        await bench.Releaser.LookAsync(Token);
        var replaying = await LockedAsync(() => MendAsync(bench, id));
        var another = await bench.FailAsync(Stranger(bench, "C6", 50));
        var discarding = await LockedAsync(() => bench.Desk.DiscardAsync(another, "anna", "a test", Token));

        Assert.Equal(["dead_letters", "holds"], skipping);
        Assert.Equal(["dead_letters", "holds"], replaying.TakeLast(2)); // It was edited and approved before.
        Assert.Equal(["dead_letters", "holds"], discarding);
    }

    [Fact]
    public async Task GivenAJob_WhenItIsDrivenAndWhenItIsCancelled_ThenTheJobIsLockedBeforeItsCases()
    {
        var bench = Bench();
        await FailSecondAsync(bench);
        var job = (await bench.Jobs.CreateAsync(new ReplayRequest { Rate = 0, Why = "a test", StopPercent = 0 }, "anna", null, Token))!;

        var driving = await LockedAsync(() => bench.DriveAsync(job.Id));
        var another = (await bench.Jobs.CreateAsync(new ReplayRequest { Rate = 0, Why = "a test" }, "anna", null, Token))!;
        var cancelling = await LockedAsync(() => bench.Jobs.CancelAsync(another.Id, "anna", Token));

        Assert.Equal(["replay_jobs", "replay_jobs", "dead_letters"], driving.Take(3)); // Its lease was taken first.
        Assert.Equal(["replay_jobs", "dead_letters"], cancelling);
    }

    /// <summary>The tables of cases, holds and jobs whose rows were changed, in order.</summary>
    private async Task<List<string>> LockedAsync(Func<Task> work)
    {
        var locked = new List<string>();
        Store.Database.Executing += Note;

        try
        {
            await work();
        }
        finally
        {
            Store.Database.Executing -= Note;
        }

        return locked;

        void Note(Sql.QueuedStatement statement)
        {
            var changed = Regex.Match(statement.Text, @"^\s*(?:update|delete from|insert into(?! dead_letters)) (dead_letters|holds|replay_jobs)\b");

            if (changed.Success)
            {
                locked.Add(changed.Groups[1].Value);
            }
        }
    }

    private async Task UntilGoneAsync(CaseBench worker)
    {
        while ((await Store.Holds.ListAsync(null, Token)).Count > 0)
        {
            await worker.Releaser.LookAsync(Token);
        }
    }

    private static async Task SendInspiteOfConflictsAsync(CaseBench bench, InboundMessage message)
    {
        while (true)
        {
            try
            {
                await bench.SendAsync(message);
                return;
            }
            catch (StoreConflictException)
            {
                // As the batcher does.
            }
        }
    }

    private CaseBench Bench() => new(Store, Token, knowsNew: true, holds: true);

    // M1 makes study 1, M2 names another patient.
    private static async Task<string> FailSecondAsync(CaseBench bench)
    {
        await bench.SendAsync(bench.Order("C1", 1, 0));
        return await bench.FailAsync(Stranger(bench, "C2", 10));
    }

    private static async Task<List<MessageResult>> SendRestAsync(CaseBench bench) =>
    [
        await bench.SendAsync(Change(bench, "C3", 20, "S")),
        await bench.SendAsync(Change(bench, "C4", 30, "R", control: "XO|IP")),
        await bench.SendAsync(Change(bench, "C5", 40, "S", control: "XO|IP")),
    ];

    private static async Task MendAsync(CaseBench bench, string id)
    {
        var edited = FieldEdit.Apply((await bench.Editing.BodyAsync(id, "anna", CancellationToken.None))!, ["PID-3=P1^^^NORTH"]).Body!;
        await bench.Editing.EditAsync(id, edited, "anna", "mistyped", CancellationToken.None);
        await bench.Editing.ApproveAsync(id, 1, "anna", "", CancellationToken.None);
        await bench.Desk.ReplayAsync(id, "anna", "mended", CancellationToken.None);
    }

    private static InboundMessage Stranger(CaseBench bench, string controlId, int minute, int study = 1) =>
        bench.Order(controlId, study, minute, priority: "A", control: "XO|SC", patient: "P9");

    private static InboundMessage Change(CaseBench bench, string controlId, int minute, string priority, int study = 1, string control = "XO|SC") =>
        bench.Order(controlId, study, minute, priority, control: control);

    private static InboundMessage WithoutUid(InboundMessage message)
    {
        var text = Encoding.UTF8.GetString(message.Body.Span);
        return message with { Body = Encoding.UTF8.GetBytes(text[..text.IndexOf("ZDS", StringComparison.Ordinal)]) };
    }

    /// <summary>Control ids of what changed the study, in the order of its versions.</summary>
    private async Task<List<string>> AppliedAsync(CaseBench bench, int study) =>
    [
        .. (await Store.Reader.HistoryAsync((await bench.StudyAsync(study)).StudyId, Token))
            .Where(entry => entry.Outcome is Outcomes.Created or Outcomes.Applied)
            .OrderBy(entry => entry.Version)
            .Select(KeyOf),
    ];

    private static string Value(Study study, string key) => study.Metadata.Single(pair => pair.Key == key).Value;

    private static string KeyOf(HistoryEntry entry) => entry.MessageKey.Split('/')[^1];

    private static async Task<List<OutboxEntry>> EventsAsync(CaseBench bench, Study study) =>
        [.. (await bench.EventsAsync()).Where(one => one.StudyId == study.StudyId)];

    private async Task<List<LedgerRecord>> RecordsAsync(params string[] controlIds) =>
        [.. (await Store.Reader.FindMessagesAsync(new MessageFilter { BaseKeys = [.. controlIds.Select(id => $"hl7/RIS/NORTH/{id}")] }, 100, Token)).OrderBy(record => record.Key, StringComparer.Ordinal)];

    private async Task<List<string>> OutcomesAsync(params string[] controlIds) => [.. (await RecordsAsync(controlIds)).Select(record => record.Outcome)];
}
