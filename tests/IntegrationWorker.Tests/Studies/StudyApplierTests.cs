using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Intake;
using IntegrationWorker.Tests.Mapping.Hl7;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Studies;

/// <summary>What the worked examples do not show of applying a unit. docs/mapping.md §3, §6.</summary>
public sealed class StudyApplierTests
{
    private readonly PipelineBench _bench = PipelineBench.InMemory(Ris, OtherRis, Ehr, Pacs, Messages.Console, Tool);

    [Fact]
    public async Task GivenASourceThatFillsTheOrderTimeInSomeMessagesOnly_WhenSomethingUrgentIsTooLate_ThenItIsTold()
    {
        await _bench.SendEachAsync(NewOrder("C0", 0, 1), WithoutOrderTime("C1", 20, "R"));

        var late = await _bench.SendAsync(Order("C2", 30, "XO/SC", Uid(1), priority: "S", clock: At(10)));

        Assert.Equal((Outcomes.Superseded, Codes.TransactionTimeNeverMoves), (late.Outcome, late.Units[0].Warnings.Single().Code));
        Assert.Equal("normal", (await StudyAsync()).Severity);
    }

    [Theory]
    [InlineData("R", 30, false)] // Nothing urgent.
    [InlineData("S", 15, false)] // Sent before what is known: just late.
    public async Task GivenASourceThatFillsTheOrderTimeInSomeMessagesOnly_WhenAnythingElseIsTooLate_ThenNobodyIsCalled(string priority, int minute, bool isTold)
    {
        await _bench.SendEachAsync(NewOrder("C0", 0, 1), WithoutOrderTime("C1", 20, "A"));

        var late = await _bench.SendAsync(Order("C2", minute, "XO/SC", Uid(1), priority: priority, clock: At(10)));

        Assert.Equal(isTold, late.Units[0].Warnings.Exists(warning => warning.Code == Codes.TransactionTimeNeverMoves));
    }

    [Fact]
    public async Task GivenACancel_WhenAnOlderOrNewerResourceSaysAvailable_ThenOnlyTheNewerOneOfTheSameSourceReinstates()
    {
        await _bench.SendEachAsync(NewOrder("C0", 0, 1), Resource("is-1", 1, 20, "cancelled", Uid(1)));
        Assert.True((await StudyAsync()).IsCancelled);

        var older = await _bench.SendAsync(Resource("is-1", 2, 10, "available", Uid(1)));
        Assert.True((await StudyAsync()).IsCancelled);
        Assert.Contains("isCancelled", older.Units[0].Superseded);

        await _bench.SendAsync(Resource("is-1", 3, 30, "available", Uid(1)));
        Assert.False((await StudyAsync()).IsCancelled);
    }

    [Fact]
    public async Task GivenAResourceEnteredInError_WhenAnOperatorReinstatesAndTheRisCancels_ThenTheRisMayReinstateAgain()
    {
        await _bench.SendEachAsync(NewOrder("C0", 0, 1), Resource("is-1", 1, 10, "entered-in-error", Uid(1)));
        var refused = await _bench.SendAsync(Order("C1", 20, "XO/SC", Uid(1)));
        Assert.Contains(refused.Units[0].Warnings, warning => warning.Code == Codes.MayNotReinstate);

        await _bench.SendEachAsync(
            Command("m1", 30, ByUid(Uid(1)), "uncancel"), Order("C2", 40, "CA/CA", Uid(1)), Order("C3", 50, "XO/SC", Uid(1)));

        Assert.False((await StudyAsync()).IsCancelled);
    }

    [Fact]
    public async Task GivenACancelledStudyWithAReason_WhenACommandReinstatesIt_ThenTheReasonGoes_AndSoDoesTheTimeOfTheCancel()
    {
        await _bench.SendEachAsync(NewOrder("C0", 0, 1), WithReason("C1", 10, "CA/CA", "F1^RIS"));
        var cancelled = await StudyAsync();
        Assert.Equal(("DUP", Noon), (cancelled.State.Get("metadata.ris.statusReason"), cancelled.CancelledAt));

        await _bench.SendAsync(Command("m1", 20, ByUid(Uid(1)), "uncancel"));

        var study = await StudyAsync();
        Assert.Null(study.State.Get("metadata.ris.statusReason"));
        Assert.Null(study.CancelledAt);
        Assert.Equal(ProcedureFacts.Active, study.State.Procedures.Single().Get(ProcedureFacts.State));
    }

    [Fact]
    public async Task GivenTwoProcedures_WhenOneIsCancelled_ThenItsStatusAndReasonAreNotTheStudys()
    {
        await _bench.SendEachAsync(NewOrder("C0", 0, 1), NewOrder("C1", 5, 1, filler: "F2^RIS"), WithReason("C2", 10, "CA/CA", "F2^RIS"));

        var study = await StudyAsync();
        Assert.Equal(("SC", null, false), (study.State.Get("metadata.ris.orderStatus"), study.State.Get("metadata.ris.statusReason"), study.IsCancelled));
    }

    [Fact]
    public async Task GivenAFinalResult_WhenAResourceIsCancelled_ThenItGoesToAPerson_ButAnOperatorMay()
    {
        await _bench.SendEachAsync(NewOrder("C0", 0, 1), Result("C1", 10, "F"));

        var resource = await _bench.SendAsync(Resource("is-1", 1, 20, "cancelled", Uid(1)));
        var tool = await _bench.SendAsync(Command("t1", 20, ByUid(Uid(1)), "cancel", source: Tool));
        Assert.Equal([Codes.FinalReportExists, Codes.FinalReportExists], new[] { resource, tool }.Select(result => result.Units[0].Error!.Code));

        await _bench.SendAsync(Command("m1", 20, ByUid(Uid(1)), "cancel"));
        Assert.True((await StudyAsync()).IsCancelled);
        Assert.Equal(Outcomes.Unchanged, (await _bench.SendAsync(Command("m2", 30, ByUid(Uid(1)), "cancel"))).Outcome);
    }

    [Fact]
    public async Task GivenAStudyThatIsCompleteByHand_WhenItsOnlyProcedureIsCancelled_ThenItGoesToAPerson()
    {
        await _bench.SendEachAsync(
            NewOrder("C0", 0, 1), Command("m1", 10, ByUid(Uid(1)), "update", """{"studyViewerStatus":"complete"}"""));

        var order = await _bench.SendAsync(Order("C1", 20, "CA/CA", Uid(1)));
        var resource = await _bench.SendAsync(Resource("is-1", 1, 20, "cancelled", Uid(1)));

        Assert.Equal([Codes.FinalReportExists, Codes.FinalReportExists], new[] { order, resource }.Select(result => result.Units[0].Error!.Code));
        Assert.Equal("filler:F1^RIS", order.Units[0].Error!.Details!["procedure"]);
    }

    [Fact]
    public async Task GivenAFeedThatRepeatsStat_WhenAnotherFeedHasLoweredIt_ThenItCounts_ButNotAgainstAnOperator()
    {
        await _bench.SendEachAsync(NewOrder("C0", 0, 1, priority: "S"), Order("O1", 10, "SC/", Uid(1), priority: "R", source: OtherRis));
        Assert.Equal("normal", (await StudyAsync()).Severity);

        await _bench.SendAsync(Order("C1", 20, "SC/", Uid(1), priority: "S"));
        Assert.Equal(("stat", "S"), ((await StudyAsync()).Severity, (await StudyAsync()).State.Get("metadata.ris.priorityCode")));

        await _bench.SendEachAsync(Command("m1", 30, ByUid(Uid(1)), "update", """{"severity":"normal"}"""), Order("C2", 40, "SC/", Uid(1), priority: "S"));
        Assert.Equal("normal", (await StudyAsync()).Severity);
    }

    [Fact]
    public async Task GivenAPlacerNumber_WhenTheFillerGivesItsOwn_ThenTheProcedureIsOneUnderTheStrongerKey()
    {
        await _bench.SendAsync(Order("C0", 0, "NW/SC", Uid(1), "A1", null, "P1^EHR", description: "CT"));
        Assert.Equal(["placer:P1^EHR"], await ProcedureKeysAsync());

        await _bench.SendAsync(Order("C1", 10, "SC/IP", Uid(1), "A1", "F1^RIS", "P1^EHR"));
        Assert.Equal(["filler:F1^RIS"], await ProcedureKeysAsync());

        await _bench.SendAsync(Order("C2", 20, "SC/IP", Uid(1), "A1", null, "P1^EHR"));
        Assert.Equal(["filler:F1^RIS"], await ProcedureKeysAsync());
    }

    [Fact]
    public async Task GivenResultsThatMayEscalate_WhenTheirSeverityIsHigher_ThenItIsRaisedAndNeverLowered()
    {
        var triage = Ris with { ResultsEscalate = true };
        var bench = PipelineBench.InMemory(triage);
        await bench.SendAsync(NewOrder("C0", 0, 1, priority: "R"));

        await bench.SendAsync(ResultOfPriority("C1", 10, "S"));
        Assert.Equal("stat", (await bench.StudyAsync(Uid(1))).Severity);

        await bench.SendAsync(ResultOfPriority("C2", 20, "R"));
        Assert.Equal("stat", (await bench.StudyAsync(Uid(1))).Severity);
    }

    private static InboundMessage ResultOfPriority(string id, int minute, string priority) =>
        V2(id, minute, "ORU^R01", "ORC|RE||F1^RIS", Hl7Sending.Segment("OBR", (1, "1"), (3, "F1^RIS"), (22, At(minute)), (25, "P")), Hl7Sending.Segment("TQ1", (9, priority)));

    private static InboundMessage WithReason(string id, int minute, string control, string filler) =>
        V2(id, minute, "ORM^O01",
            Hl7Sending.Segment("ORC", (1, control[..2]), (3, filler), (5, control[3..]), (9, At(minute)), (16, "DUP")),
            Hl7Sending.Segment("OBR", (1, "1"), (3, filler)),
            $"ZDS|{Uid(1)}");

    /// <summary>No ORC-9: the time of the message stands for it.</summary>
    private static InboundMessage WithoutOrderTime(string id, int minute, string priority) =>
        V2(id, minute, "ORM^O01", "ORC|XO||F1^RIS||SC", Hl7Sending.Segment("OBR", (1, "1"), (3, "F1^RIS"), (5, priority)), $"ZDS|{Uid(1)}");

    private Task<Study> StudyAsync() => _bench.StudyAsync(Uid(1));

    private async Task<List<string>> ProcedureKeysAsync() => [.. (await StudyAsync()).State.Procedures.Select(procedure => procedure.Key)];
}
