using System.Text;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Emulator;
using IntegrationWorker.Intake;
using IntegrationWorker.Target;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>
/// Each fault of the platform at each step of a plan, with a worker that dies in between: one effective change and one event, or a dead letter
/// that says why. Over real HTTP.
/// </summary>
public abstract class TargetSuite : OpenStoreSuite
{
    private static readonly Scenario[] _scenarios =
    [
        new("create", ["create"], [], "NW|SC", "S"),
        new("patch", ["patch"], [("NW|SC", "R")], "XO|SC", "S"),
        new("uncancel and patch", ["uncancel", "patch"], [("NW|SC", "R"), ("CA|CA", "R")], "XO|SC", "S"),
        new("patch and cancel", ["patch", "cancel"], [("NW|SC", "R")], "CA|CA", "R"),
    ];

    private readonly Dies[] _deaths;

    /// <param name="deaths">How many of the places where a worker dies are tried.</param>
    private protected TargetSuite(Func<CancellationToken, Task<ITestStore>> create, int deaths)
        : base(create) => _deaths = [.. Enum.GetValues<Dies>().Take(deaths)];

    [Theory]
    [InlineData("none")]
    [InlineData("409")]
    [InlineData("429")]
    [InlineData("500")]
    [InlineData("503")]
    [InlineData("timeout-before")]
    [InlineData("timeout-after")]
    [InlineData("cut-before")]
    [InlineData("cut-after")]
    [InlineData("metadata-replace")]
    public async Task GivenAFaultAtEachStep_WhenTheWorkerDiesAnywhere_ThenThereIsOneEffectiveChangeAndOneEvent(string kind)
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        var study = 0;

        foreach (var (scenario, step, death) in Cases())
        {
            var what = $"{scenario.Name}, {kind} at {step}, worker dies: {death}";
            var message = await PrepareAsync(bench, scenario, ++study);
            var callsBefore = bench.Platform.Calls.Count;
            bench.Script(kind == "none" ? [] : [new Fault { Kind = kind, Operation = step, Times = 1, Ms = 20 }]);

            await bench.SendAsync(message);
            await bench.BringAllAsync(death);

            var events = await bench.EventsAsync(KeyOf(study, "last"));
            Assert.True(events.Count == 1, $"{what}: {events.Count} events");
            await AssertSameAsync(bench, study, what);
            var changed = bench.Platform.Calls.Skip(callsBefore).SelectMany(call => call.Changed).ToList();
            Assert.True(changed.Count == changed.Distinct().Count(), $"{what}: changed twice {string.Join(' ', changed)}");
            Assert.NotEmpty(changed);
        }

        Assert.Empty(await bench.LettersAsync());
        Assert.Equal(0, await Store.Target.CountPlansAsync(Token));
    }

    [Fact]
    public async Task GivenAPlatformAndASourceOnHold_WhenOneIsRejectedAndSettled_ThenWhatWaitedReachesThePlatformInItsOrder()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token, holds: true);
        await bench.BringAsync(bench.Cases.Order("C1", 1, 0));
        var id = (await bench.BringAsync(bench.Cases.Order("C2", 1, 10, priority: "A", control: "XO|SC", patient: "P9"))).DeadLetterId!;
        var calls = bench.Platform.Calls.Count;

        var held = await bench.BringAsync(bench.Cases.Order("C3", 1, 20, priority: "S", control: "XO|SC"));
        await bench.BringAsync(bench.Cases.Order("C4", 1, 30, priority: "R", control: "XO|IP"));
        var whileHeld = bench.Platform.Calls.Count;
        await bench.Cases.Desk.DiscardAsync(id, "anna", "a test", Token);
        await bench.Cases.Releaser.LookAsync(Token);
        await bench.BringAllAsync();

        Assert.Equal((Outcomes.Parked, "held"), (held.Outcome, held.Reason));
        Assert.Equal(calls, whileHeld);
        Assert.Equal(["C1", "C3", "C4"], (await bench.EventsAsync()).Select(one => one.GetProperty("data").GetProperty("origin").GetProperty("messageKey").GetString()!.Split('/')[^1]));
        Assert.Equal(("IP", "R"), (bench.Remote(1)!.Metadata["ris.orderStatus"], bench.Remote(1)!.Metadata["ris.priorityCode"]));
        await AssertSameAsync(bench, 1, "after the hold");
        Assert.Empty(await Store.Holds.ListAsync(null, Token));
    }

    [Fact]
    public async Task GivenASourceOnHold_WhenThePlatformRefusesAChange_ThenLaterMessagesWaitBehindItsDeadLetter()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token, holds: true);
        await bench.BringAsync(bench.Cases.Order("C1", 1, 0));
        bench.Script(new Fault { Kind = "422", Operation = "patch", Times = 1 });

        await bench.BringAsync(bench.Cases.Order("C2", 1, 10, priority: "S", control: "XO|SC"));
        var refused = Assert.Single(await bench.LettersAsync());
        var held = await bench.BringAsync(bench.Cases.Order("C3", 1, 20, priority: "A", control: "XO|IP"));
        await bench.Cases.Desk.SkipAsync(refused.Id, "anna", "the platform is asked", Token);
        await bench.Cases.Releaser.LookAsync(Token);
        await bench.BringAllAsync();

        Assert.Equal(Codes.StoreRefused, refused.Code);
        Assert.Equal((Outcomes.Parked, "held"), (held.Outcome, held.Reason));
        Assert.Equal("IP", bench.Remote(1)!.Metadata["ris.orderStatus"]);
        await AssertSameAsync(bench, 1, "after the hold");
    }

    [Theory]
    [InlineData("400", Codes.StoreRefused)]
    [InlineData("422", Codes.StoreRefused)]
    [InlineData("404", Codes.StudyGone)]
    public async Task GivenARefusalAtEachStep_WhenTheWorkerDiesAnywhere_ThenADeadLetterSaysWhyAndOurRecordIsThePlatforms(string kind, string code)
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        var study = 0;

        foreach (var (scenario, step, death) in Cases())
        {
            var what = $"{scenario.Name}, {kind} at {step}, worker dies: {death}";
            var message = await PrepareAsync(bench, scenario, ++study);
            bench.Script(new Fault { Kind = kind, Operation = step });

            await bench.SendAsync(message);
            await bench.BringAllAsync(death);

            var key = KeyOf(study, "last");
            var letter = Assert.Single(await bench.LettersAsync(), letter => letter.MessageKey == key);
            Assert.Equal(scenario.Name == "create" ? Codes.StoreRefused : code, letter.Code);
            Assert.Equal(Outcomes.Rejected, await bench.OutcomeAsync(key));

            // An earlier step may have had its effect: that is told.
            var hasEffect = scenario.Steps[0] != step && kind != "404";
            Assert.True((await bench.EventsAsync(key)).Count == (hasEffect ? 1 : 0), what);

            if (kind == "404" || scenario.Name == "create")
            {
                Assert.Null(await bench.StudyAsync(study));
            }
            else
            {
                await AssertSameAsync(bench, study, what);
            }
        }
    }

    [Fact]
    public async Task GivenARefusedChange_WhenItsDeadLetterIsReplayedLater_ThenItIsMade()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        bench.Script(new Fault { Kind = "422", Operation = "patch" });
        await bench.BringAsync(bench.Cases.Order("2", 1, 5, priority: "S", control: "XO|SC"));
        var letter = Assert.Single(await bench.LettersAsync());
        bench.Script();

        await bench.Cases.Desk.ReplayAsync(letter.Id, "anna", "the platform was mended", Token);
        await bench.BringAllAsync();

        Assert.Equal("stat", bench.Remote(1)!.Severity);
        Assert.Equal(DeadLetterStatus.Resolved, await bench.Cases.StatusAsync(letter.Id));
        Assert.Single(await bench.EventsAsync("hl7/RIS/NORTH/2"));
        Assert.Contains("The fault script says so", System.Text.Encoding.UTF8.GetString((await Store.DeadLetters.GetAsync(letter.Id, Token))!.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenSeveralChangesOfAStudy_WhenBroughtAfterAnOutage_ThenTheyComeInOrderAndTheEventsToo()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        bench.Script(new Fault { Kind = "503" });
        await bench.SendAsync(bench.Cases.Order("1", 1, 0));
        await bench.SendAsync(bench.Cases.Order("2", 1, 1, priority: "S", control: "XO|SC"));
        await bench.SendAsync(bench.Cases.Order("3", 1, 2, control: "CA|CA"));
        Assert.Equal(Codes.StoreServerError, (await bench.TryBringAsync())?.Code);
        Assert.Empty(await bench.EventsAsync());
        bench.Script();

        await bench.BringAllAsync();

        Assert.Equal([1, 2, 3], (await bench.EventsAsync()).Select(e => e.GetProperty("data").GetProperty("version").GetInt32()));
        Assert.True(bench.Remote(1)!.CancelledAt is not null);
        Assert.Empty(await bench.LettersAsync());

        // All of them name the study as the platform does, and its record here too.
        Assert.All(await bench.EventsAsync(), e => Assert.Equal(bench.Remote(1)!.StudyId, e.GetProperty("subject").GetString()));
        Assert.Equal(bench.Remote(1)!.StudyId, (await bench.StudyAsync(1))!.StudyId);
    }

    [Fact]
    public async Task GivenAPersonsChange_WhenAMessageRepeatsWhatItSaidBefore_ThenThePersonsValueStays()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        await bench.PersonAsync(1, """{ "severity": "high", "metadata": { "note": "theirs" } }""");

        // Something else, and the priority as before: noticed by the way.
        await bench.BringAsync(bench.Cases.Order("2", 1, 5, control: "XO|IP"));
        await bench.BringAsync(bench.Cases.Order("3", 1, 10, control: "XO|CM"));

        Assert.Equal(("high", "theirs", "CM"), (bench.Remote(1)!.Severity, bench.Remote(1)!.Metadata["note"], bench.Remote(1)!.Metadata["ris.orderStatus"]));
        var study = (await bench.StudyAsync(1))!;
        Assert.Equal(("high", "viewer"), (study.Severity, study.State.Fields["severity"].Last!.Source));
        Assert.Contains(await Store.Reader.HistoryAsync(study.StudyId, Token), entry => entry.SourceId == "viewer");
        Assert.Equal(3, (await bench.EventsAsync()).Count);
    }

    [Fact]
    public async Task GivenAPersonsChangeAfterAMessageThatIsStillUnderWay_WhenItIsBrought_ThenThePersonsValueStaysAndTheRecordSaysSo()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        await bench.SendAsync(bench.Cases.Order("2", 1, 5, priority: "A", control: "XO|SC")); // Older than what the person does now.
        await bench.PersonAsync(1, """{ "severity": "stat" }""");

        await bench.BringAllAsync();

        Assert.Equal("stat", bench.Remote(1)!.Severity);
        Assert.Equal("stat", (await bench.StudyAsync(1))!.Severity);
        var told = Assert.Single(await bench.EventsAsync("hl7/RIS/NORTH/2")).GetProperty("data").GetProperty("changes");
        Assert.DoesNotContain(told.EnumerateArray(), change => change.GetProperty("field").GetString() == "severity");
        var record = ResultJson.Read((await Store.Reader.FindMessageAsync("hl7/RIS/NORTH/2", Token))!.Result);
        Assert.Equal(["severity"], record.Units[0].Superseded);
    }

    [Fact]
    public async Task GivenAnUnassignment_WhenBrought_ThenTheNullIsOnTheWireAndANullThatIsForgottenIsADeadLetter()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        var user = $"usr_{new string('a', 32)}";
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        await bench.PersonAsync(1, $$"""{ "assignedTo": "{{user}}" }""");
        await bench.BringAsync(bench.Cases.Order("2", 1, 1, priority: "A", control: "XO|SC"));

        bench.Script(new Fault { Kind = Fault.AssignedToDropped });
        await bench.BringAsync(CaseBench.Command("c1", 1, 1_000_000, """ "operation": "update", "patch": { "assignedTo": null, "severity": "stat" } """));

        Assert.Equal((user, "stat"), (bench.Remote(1)!.AssignedTo, bench.Remote(1)!.Severity));
        var letter = Assert.Single(await bench.LettersAsync());
        Assert.Equal(Codes.StoreRefused, letter.Code);
        Assert.Equal(user, (await bench.StudyAsync(1))!.AssignedTo);

        bench.Script();
        await bench.Cases.Desk.ReplayAsync(letter.Id, "anna", "mended", Token);
        await bench.BringAllAsync();
        Assert.Null(bench.Remote(1)!.AssignedTo);
    }

    [Theory]
    [InlineData("metadata-replace", false)]
    [InlineData("none", false)]
    [InlineData("keys-kept", true)]
    public async Task GivenAKeyToBeRemoved_WhenThePlatformReplacesMergesOrKeeps_ThenItIsGoneOrTheEventWarns(string kind, bool isKept)
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        await bench.BringAsync(CaseBench.Command("c1", 1, 600, """ "operation": "update", "patch": { "metadata": { "a": "1", "b": "2" } } """));
        bench.Script(kind == "none" ? [] : [new Fault { Kind = kind }]);

        await bench.BringAsync(CaseBench.Command("c2", 1, 601, """ "operation": "update", "patch": { "severity": "stat", "metadata": { "a": null } } """));

        Assert.Equal((isKept, true, true), (
            bench.Remote(1)!.Metadata.ContainsKey("a"), bench.Remote(1)!.Metadata.ContainsKey("b"), bench.Remote(1)!.Metadata.ContainsKey("ris.accessionNumber")));
        var warnings = Assert.Single(await bench.EventsAsync("cmd/console/c2")).GetProperty("data").GetProperty("warnings").EnumerateArray().Select(w => w.GetString());
        Assert.Equal(isKept ? [Codes.KeysKept] : [], warnings);
        Assert.Equal(isKept, (await bench.StudyAsync(1))!.State.Get("metadata.a") is not null);
        Assert.Empty(await bench.LettersAsync());
    }

    [Fact]
    public async Task GivenAStudyThatIsThereAlready_WhenAMessageCreatesIt_ThenItIsAdoptedAndWhatNobodySaidStaysTheirs()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.PersonPostsAsync("", $$"""
            { "studyInstanceUid": "{{CaseBench.UidOf(1)}}", "studyDescription": "Theirs", "severity": "high", "metadata": { "note": "theirs" } }
            """);
        await bench.PersonAsync(1, """{ "studyViewerStatus": "complete" }""");

        await bench.BringAsync(bench.Cases.Order("1", 1, 0, priority: "S"));

        var remote = bench.Remote(1)!;
        Assert.Equal(("CT 1", "stat", "complete", "theirs"), (remote.StudyDescription, remote.Severity, remote.StudyViewerStatus, remote.Metadata["note"]));
        await AssertSameAsync(bench, 1, "adopted");
        Assert.Equal(Outcomes.Applied, await bench.OutcomeAsync("hl7/RIS/NORTH/1"));
        Assert.Equal(
            ["update"], Assert.Single(await bench.EventsAsync()).GetProperty("data").GetProperty("operations").EnumerateArray().Select(o => o.GetString()));
    }

    [Fact]
    public async Task GivenSomebodyWhoIsAlwaysFirst_WhenBroughtAgainAndAgain_ThenItIsGivenUpAndOthersGoOn()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        bench.Script(new Fault { Kind = "409", Operation = "patch" });
        await bench.SendAsync(bench.Cases.Order("2", 1, 1, priority: "S", control: "XO|SC"));
        Assert.Equal(Codes.StoreConcurrentChange, (await bench.TryBringAsync())?.Code);

        await bench.BringAllAsync();

        Assert.Equal(Codes.GivenUp, Assert.Single(await bench.LettersAsync()).Code);
        await AssertSameAsync(bench, 1, "given up");
    }

    [Fact]
    public async Task GivenAStudyThatAlwaysFails_WhenOthersAreAccepted_ThenItIsADeadLetterWithThePlatformsWordsAndWhatWaitedBehindItIsBrought()
    {
        await using var bench = await PoisonedAsync("patch");
        await bench.SendAsync(bench.Cases.Order("waits", 1, 6, priority: "A", control: "XO|IP"));

        var attempts = await FailUntilGivenUpAsync(bench);
        bench.Script();
        await bench.BringAllAsync();

        var letter = Assert.Single(await bench.LettersAsync());
        Assert.Equal((Codes.GivenUp, "hl7/RIS/NORTH/poison"), (letter.Code, letter.MessageKey));
        Assert.Equal($"{attempts}, 500 scripted: The fault script says so.", await WhyAsync(letter));
        Assert.Equal(("high", "IP"), (bench.Remote(1)!.Severity, bench.Remote(1)!.Metadata["ris.orderStatus"]));
        await AssertSameAsync(bench, 1, "what waited");
        Assert.Empty(await bench.EventsAsync("hl7/RIS/NORTH/poison"));
    }

    [Fact]
    public async Task GivenAChangeThatWasGivenUp_WhenItsDeadLetterIsReplayed_ThenItIsMade()
    {
        await using var bench = await PoisonedAsync("patch");
        await FailUntilGivenUpAsync(bench);
        bench.Script();

        await bench.Cases.Desk.ReplayAsync(Assert.Single(await bench.LettersAsync()).Id, "anna", "the platform was mended", Token);
        await bench.BringAllAsync();

        Assert.Equal("stat", bench.Remote(1)!.Severity);
        Assert.Single(await bench.EventsAsync("hl7/RIS/NORTH/poison"));
    }

    [Fact]
    public async Task GivenSeveralChangesOfAStudyThatAlwaysFails_WhenOneWasGivenUp_ThenTheNextAreGivenUpWithoutWaitingAsLong()
    {
        await using var bench = await PoisonedAsync("patch");
        await bench.SendAsync(bench.Cases.Order("next", 1, 6, priority: "A", control: "XO|IP"));
        bench.GiveUpAfter = TimeSpan.FromSeconds(1);
        await FailUntilGivenUpAsync(bench);

        Assert.InRange(await FailUntilGivenUpAsync(bench, letters: 2), 1, 4);

        Assert.Equal(["hl7/RIS/NORTH/next", "hl7/RIS/NORTH/poison"], (await bench.LettersAsync()).Select(letter => letter.MessageKey).Order());
        Assert.All(await bench.LettersAsync(), letter => Assert.Equal(Codes.GivenUp, letter.Code));
        Assert.Equal("normal", (await bench.StudyAsync(1))!.Severity);
        Assert.Equal(0, await Store.Target.CountPlansAsync(Token));
    }

    [Fact]
    public async Task GivenAStudyThatIsNotEvenShown_WhenItIsGivenUp_ThenOurRecordIsAsBeforeAndItIsKept()
    {
        await using var bench = await PoisonedAsync(EmulatedOperations.Any);

        await FailUntilGivenUpAsync(bench);
        bench.Script();

        Assert.Equal(Codes.GivenUp, Assert.Single(await bench.LettersAsync()).Code);
        Assert.Equal("normal", (await bench.StudyAsync(1))!.Severity);
        await AssertSameAsync(bench, 1, "kept");
    }

    [Fact]
    public async Task GivenACreationThatAlwaysFails_WhenItIsGivenUp_ThenTheStudyIsNotKeptHereAndAReplayCreatesIt()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        bench.GiveUpAfter = TimeSpan.Zero;
        bench.Script(new Fault { Kind = "502", Operation = "create", Study = CaseBench.UidOf(1) });
        await bench.SendAsync(bench.Cases.Order("poison", 1, 0, priority: "S"));

        await FailUntilGivenUpAsync(bench);
        var kept = await bench.StudyAsync(1);
        bench.Script();
        await bench.Cases.Desk.ReplayAsync(Assert.Single(await bench.LettersAsync()).Id, "anna", "the platform was mended", Token);
        await bench.BringAllAsync();

        Assert.Null(kept);
        Assert.Equal("stat", bench.Remote(1)!.Severity);
        await AssertSameAsync(bench, 1, "replayed");
        Assert.Single(await bench.EventsAsync("hl7/RIS/NORTH/poison"));
    }

    [Fact]
    public async Task GivenAPlatformThatFailsForAll_WhenTriedForEver_ThenNothingIsGivenUp()
    {
        await using var bench = await PoisonedAsync("patch");
        await FailAsync(bench, 2); // Others were accepted before the outage.
        bench.Script(new Fault { Kind = "500", Operation = "patch" });
        await bench.SendAsync(bench.Cases.Order("other", 2, 5, priority: "S", control: "XO|SC"));

        for (var attempt = 0; attempt < 30; attempt++)
        {
            Assert.Equal(Codes.StoreServerError, (await bench.TryBringAsync())?.Code);
        }

        Assert.Empty(await bench.LettersAsync());
        bench.Script();
        await bench.BringAllAsync();
        Assert.Equal(("stat", "stat"), (bench.Remote(1)!.Severity, bench.Remote(2)!.Severity));
        Assert.Empty(await bench.LettersAsync());
    }

    [Fact]
    public async Task GivenAMessage_WhenPreviewedBesideChangesOfAPersonAndOthersThatWait_ThenTheCallsAndTheEventAreThoseThatFollow()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        await bench.BringAsync(CaseBench.Command("c1", 1, 10, """ "operation": "update", "patch": { "metadata": { "a": "1", "b": "2" } } """));
        await bench.PersonAsync(1, $$"""{ "assignedTo": "usr_{{new string('a', 32)}}" }""");
        await bench.BringAsync(bench.Cases.Order("2", 1, 15, control: "XO|IP")); // By which the assignment is noticed.
        await bench.PersonAsync(1, """{ "metadata": { "note": "theirs" } }""");
        await bench.SendAsync(bench.Cases.Order("waits", 1, 20, priority: "S", control: "XO|IP"));
        var message = CaseBench.Command(
            "c2", 1, 1_000_000, """ "operation": "update", "patch": { "studyDescription": "Other", "assignedTo": null, "metadata": { "a": null } } """);
        var writesBefore = bench.Sent.Count;

        var preview = await bench.Previewer.PreviewAsync(message, Token);
        var plans = await Store.Target.CountPlansAsync(Token);
        var writesAfter = bench.Sent.Count;
        await bench.BringAsync(message);

        Assert.Equal((1, writesBefore), (plans, writesAfter));
        var study = Assert.Single(preview.Target!);
        Assert.Equal((1, null), (study.Waiting, study.Failure));
        Assert.Equal(bench.Sent.TakeLast(study.Calls.Count).Select(Text), study.Calls.Select(call => $"{call.Method} {call.Path} {Encoding.UTF8.GetString(call.Body)}"));
        Assert.Contains("\"assignedTo\":null", Encoding.UTF8.GetString(study.Calls[0].Body), StringComparison.Ordinal);
        Assert.Equal(DataOf(Assert.Single(await bench.EventsAsync("cmd/console/c2"))), DataOf(JsonElement.Parse(Assert.Single(preview.Events))));

        static string Text(TargetCall call) => $"{call.Method} /v1/viewer/studies{call.Path} {Encoding.UTF8.GetString(call.Body)}";

        static string DataOf(JsonElement e) => e.GetProperty("data").GetRawText();
    }

    [Fact]
    public async Task GivenAPlatformThatIsAway_WhenAMessageIsPreviewed_ThenTheCallsAreThoseForWhatItWasLastSeenToHold()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        bench.Script(new Fault { Kind = "503" });

        var preview = await bench.Previewer.PreviewAsync(bench.Cases.Order("2", 1, 5, control: "CA|CA"), Token);

        var study = Assert.Single(preview.Target!);
        Assert.Equal(Codes.StoreServerError, study.Failure);
        Assert.Equal(["patch", "cancel"], study.Calls.Select(call => call.Operation));
        Assert.Single(preview.Events);
    }

    [Fact]
    public async Task GivenAStudyThatHasLeftThePlatform_WhenAMessageIsPreviewed_ThenItSaysWhichDeadLetterItWouldBe()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        bench.Platform.Studies.Remove(bench.Remote(1)!.StudyId);

        var preview = await bench.Previewer.PreviewAsync(bench.Cases.Order("2", 1, 5, priority: "S", control: "XO|SC"), Token);

        var study = Assert.Single(preview.Target!);
        Assert.Equal([Codes.StudyGone], study.Errors.Select(error => error.Code));
        Assert.Empty(study.Calls);
        Assert.Empty(preview.Events);
        Assert.NotNull(await bench.StudyAsync(1));
    }

    [Fact]
    public async Task GivenAPlatformThatIsAway_WhenBrought_ThenTheFailureSaysHowAndThePlanStays()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.SendAsync(bench.Cases.Order("1", 1, 0));

        bench.Script(new Fault { Kind = "429", RetryAfterSeconds = 7 });
        var limited = await bench.TryBringAsync();
        bench.Script(new Fault { Kind = "401" });
        var refused = await bench.TryBringAsync();
        bench.Script(new Fault { Kind = "timeout-before", Operation = "create", Ms = 30_000 });
        var silent = await bench.TryBringAsync();

        Assert.Equal((Codes.StoreTooManyRequests, TimeSpan.FromSeconds(7)), (limited?.Code, limited?.RetryAfter));
        Assert.Contains("Target:ApiKey", refused?.Text, StringComparison.Ordinal);
        Assert.Equal(Codes.StoreNoAnswer, silent?.Code);
        Assert.Equal(1, await Store.Target.CountPlansAsync(Token));
        Assert.Empty(await bench.LettersAsync());
    }

    [Fact]
    public async Task GivenTwoWorkers_WhenBothWantAStudy_ThenOneHasItUntilItsLeaseEnds()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        await bench.SendAsync(bench.Cases.Order("1", 1, 0));
        await bench.SendAsync(bench.Cases.Order("2", 2, 0));

        var first = await Store.Target.ClaimAsync("a", TimeSpan.FromMinutes(1), 1, restedFirst: false, Token);
        var others = await Store.Target.ClaimAsync("b", TimeSpan.FromMinutes(1), 10, restedFirst: false, Token);

        Assert.Equal(1, first.Count + others.Count(study => study.StudyId != first[0].StudyId) - 1);
        Assert.DoesNotContain(others, study => study.StudyId == first[0].StudyId);
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.Target.RenewAsync(first[0].StudyId, "b", TimeSpan.FromMinutes(1), null, Token));
        await Store.Target.RenewAsync(first[0].StudyId, "a", TimeSpan.Zero, null, Token);
        Assert.Equal(first[0].StudyId, Assert.Single(await Store.Target.ClaimAsync("b", TimeSpan.FromMinutes(1), 10, restedFirst: false, Token)).StudyId);
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.Target.RenewAsync(first[0].StudyId, "a", TimeSpan.FromMinutes(1), null, Token));
        await Store.Target.ReleaseAsync(first[0].StudyId, "b", TimeSpan.FromHours(1), Token);
        Assert.Empty(await Store.Target.ClaimAsync("c", TimeSpan.FromMinutes(1), 10, restedFirst: false, Token));
    }

    [Fact]
    public async Task GivenAPlatformFullOfStudies_WhenTheImportIsBrokenOffAndGoesOn_ThenEveryStudyIsThereOnceAndWhatWaitedIsBrought()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);
        Enumerable.Range(1, 250).ToList().ForEach(study => bench.Place(study));
        Assert.Equal(Outcomes.Parked, (await bench.SendAsync(bench.Cases.Order("1", 7, 0, control: "SC|IP"))).Outcome);
        bench.Script(new Fault { Kind = "404", Operation = "list", Nth = 3 });
        var pages = new List<ImportProgress>();

        await Assert.ThrowsAsync<TargetException>(() => bench.Importer.ImportAsync(false, "RIS", pages.Add, Token));
        var end = await bench.Importer.ImportAsync(false, "RIS", pages.Add, Token);
        var again = await bench.Importer.ImportAsync(false, "RIS", _ => { }, Token);
        await bench.BringAllAsync();

        Assert.Equal([100, 200, 250], pages.Select(page => page.Studies));
        Assert.Equal((250, 250, 0), (end.Studies, end.New, again.New));
        Assert.Equal("IP", bench.Remote(7)!.Metadata["ris.orderStatus"]);
        Assert.Equal(Outcomes.Applied, await bench.OutcomeAsync("hl7/RIS/NORTH/1"));
        Assert.Equal(bench.Remote(9)!.StudyId, Assert.Single(await Store.Reader.FindByLinkAsync(Studies.LinkKind.Accession, "A9", Token)).StudyId);
        Assert.Single(await bench.EventsAsync());
        await AssertSameAsync(bench, 7, "imported");
    }

    [Fact]
    public async Task GivenDifferencesOfEveryCause_WhenLookedFor_ThenEachIsListedUnderItsCauseAndTheJobTakesOverWhatIsTheirs()
    {
        await using var bench = await TargetBench.StartAsync(Store, Token);

        foreach (var study in (int[])[1, 2, 3, 4])
        {
            await bench.BringAsync(bench.Cases.Order($"{study}", study, 0));
        }

        Assert.Empty((await bench.Drift.FindAsync(false, Token)).Differences);
        await bench.PersonAsync(1, """{ "severity": "high" }""");
        await bench.SendAsync(bench.Cases.Order("waits", 2, 5, priority: "S", control: "XO|SC"));
        bench.Platform.Studies.Remove(bench.Remote(3)!.StudyId);
        bench.Place(5);

        var looked = await bench.Drift.FindAsync(false, Token);
        var taken = await bench.Drift.FindAsync(true, Token);
        var after = await bench.Drift.FindAsync(false, Token);

        string[] expected =
        [
            $"viewer {CaseBench.UidOf(1)} severity", $"waiting {CaseBench.UidOf(2)} severity metadata.ris.priorityCode",
            $"missing-there {CaseBench.UidOf(3)}", $"unknown-here {CaseBench.UidOf(5)}",
        ];
        Assert.Equal(expected.Order(), looked.Differences.Select(Text).Order());
        Assert.Equal(looked.Counts, taken.Counts);
        Assert.Equal(["missing-there", "waiting"], after.Counts.Keys.Order());
        Assert.Equal(taken.Total, (await bench.Drift.ReadLastAsync(Token))!.Total);
        Assert.Equal(("high", "viewer"), ((await bench.StudyAsync(1))!.Severity, (await bench.StudyAsync(1))!.State.Fields["severity"].Last!.Source));

        // The RIS repeats what it said before: an echo.
        Assert.Equal(Outcomes.Unchanged, (await bench.SendAsync(bench.Cases.Order("echo", 1, 10, control: "XO|SC"))).Outcome);

        static string Text(StudyDifference difference) =>
            $"{difference.Cause} {difference.StudyInstanceUid} {string.Join(' ', difference.Fields)}".TrimEnd();
    }

    private IEnumerable<(Scenario, string Step, Dies)> Cases() =>
        from scenario in _scenarios from step in scenario.Steps from death in _deaths select (scenario, step, death);

    private static string KeyOf(int study, string name) => $"hl7/RIS/NORTH/{study}-{name}";

    /// <summary>What the scenario begins with is brought; its last message is not sent yet.</summary>
    private static async Task<InboundMessage> PrepareAsync(TargetBench bench, Scenario scenario, int study)
    {
        bench.Script();

        foreach (var (place, (control, priority)) in scenario.Before.Index())
        {
            await bench.BringAsync(bench.Cases.Order($"{study}-{place}", study, place, priority, control: control));
        }

        return bench.Cases.Order($"{study}-last", study, 10, scenario.Priority, control: scenario.Control);
    }

    /// <summary>Study 1 was brought; calls about it fail from now on, and its next change waits. Study 2 works.</summary>
    private async Task<TargetBench> PoisonedAsync(string operation)
    {
        var bench = await TargetBench.StartAsync(Store, Token);
        bench.GiveUpAfter = TimeSpan.Zero;
        await bench.BringAsync(bench.Cases.Order("1", 1, 0));
        await bench.BringAsync(bench.Cases.Order("2", 2, 0));
        bench.Script(new Fault { Kind = "500", Operation = operation, Study = CaseBench.UidOf(1) });
        await bench.SendAsync(bench.Cases.Order("poison", 1, 5, priority: "S", control: "XO|SC"));

        return bench;
    }

    /// <summary>Tries the study that fails so often, and brings another one after each failure.</summary>
    private static async Task FailAsync(TargetBench bench, int times)
    {
        for (var time = 0; time < times; time++)
        {
            Assert.NotNull(await bench.TryBringAsync());
            await bench.BringOtherAsync();
        }
    }

    /// <returns>How often it failed.</returns>
    private static async Task<int> FailUntilGivenUpAsync(TargetBench bench, int letters = 1)
    {
        for (var attempt = 1; attempt < 200; attempt++)
        {
            await bench.TryBringAsync();

            if ((await bench.LettersAsync()).Count == letters)
            {
                return attempt;
            }

            await bench.BringOtherAsync();
        }

        throw new InvalidOperationException("It is never given up.");
    }

    // The first failure has no other one before it, and is none of those that count.
    private async Task<string> WhyAsync(DeadLetterSummary letter)
    {
        var details = JsonElement.Parse((await Store.DeadLetters.GetAsync(letter.Id, Token))!.Error)[0].GetProperty("error").GetProperty("details");

        return $"{details.GetProperty("attempts").GetInt32() + 1}, {details.GetProperty("detail").GetString()}";
    }

    private static async Task AssertSameAsync(TargetBench bench, int number, string what)
    {
        var (remote, study) = (bench.Remote(number)!, (await bench.StudyAsync(number))!);
        Assert.True(remote.StudyId == study.StudyId, $"{what}: other id");
        Assert.True(
            (remote.Severity, remote.StudyDescription, remote.StudyViewerStatus, remote.CancelledAt is not null, remote.AssignedTo)
            == (study.Severity, study.Description, study.StudyViewerStatus, study.IsCancelled, study.AssignedTo),
            $"{what}: {remote.Severity} {study.Severity}, cancelled {remote.CancelledAt} {study.IsCancelled}");
        Assert.True(
            remote.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).SequenceEqual(study.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)),
            $"{what}: metadata");
    }

    private sealed record Scenario(
        string Name, IReadOnlyList<string> Steps, IReadOnlyList<(string Control, string Priority)> Before, string Control, string Priority);
}
