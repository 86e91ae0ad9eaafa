using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Intake;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Studies;

/// <summary>What a further procedure does to a study that was read, and under which key it is kept. docs/mapping.md §3.1, §3.2, §3.5.</summary>
public sealed class AddOnTests
{
    private readonly PipelineBench _bench = PipelineBench.InMemory(Ris with { ResultsEscalate = true }, OtherRis, Pacs, Messages.Console);

    [Theory]
    [InlineData("XO/SC", "F2^RIS", "incomplete")] // An add-on order on a read study.
    [InlineData("NW/SC", "F2^RIS", "incomplete")]
    [InlineData("XO/ER", "F2^RIS", "complete")] // Nobody says that it goes on.
    [InlineData("HD/HD", "F2^RIS", "complete")]
    [InlineData("XO/SC", "F1^RIS", "complete")] // Known, and read.
    public async Task GivenAReadStudy_WhenAnOrderComes_ThenOnlyANewProcedureThatGoesOnOpensIt(string control, string filler, string expected)
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), Result("C2", 1, "F"));
        Assert.Equal("complete", (await _bench.StudyAsync(Uid(1))).StudyViewerStatus);

        await _bench.SendAsync(Order("C3", 2, control, Uid(1), filler: filler, description: "CT 2"));

        Assert.Equal(expected, (await _bench.StudyAsync(Uid(1))).StudyViewerStatus);
    }

    [Fact]
    public async Task GivenTwoNewProceduresInOneMessage_WhenTheFirstGoesOn_ThenTheStudyIsOpenWhateverTheSecondSays()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), Result("C2", 1, "F"));

        await _bench.SendAsync(V2(
            "C3", 2, "ORM^O01", "PID|1||P1^^^NORTH", "ORC|XO||F2^RIS||SC", "OBR|1||F2^RIS|Y^CT 2^RIS", "ORC|XO||F3^RIS||SC", "OBR|2||F3^RIS|Z^CT 3^RIS",
            $"ZDS|{Uid(1)}"));

        Assert.Equal(("incomplete", "CT 1 + CT 2 + CT 3"), ((await _bench.StudyAsync(Uid(1))).StudyViewerStatus, (await _bench.StudyAsync(Uid(1))).Description));
    }

    [Fact]
    public async Task GivenAReadStudy_WhenItsAddOnIsReadToo_ThenItIsCompleteAgain()
    {
        await _bench.SendEachAsync(
            NewOrder("C1", 0, 1), Result("C2", 1, "F"), Order("C3", 2, "XO/SC", Uid(1), filler: "F2^RIS"), Result("C4", 3, "P", "F2^RIS", Uid(1)));
        Assert.Equal("incomplete", (await _bench.StudyAsync(Uid(1))).StudyViewerStatus);

        await _bench.SendAsync(Result("C5", 4, "F", "F2^RIS", Uid(1)));

        Assert.Equal("complete", (await _bench.StudyAsync(Uid(1))).StudyViewerStatus);
    }

    [Theory]
    [InlineData("P")]
    [InlineData("N")]
    public async Task GivenAFinalResult_WhenALesserOneIsNewer_ThenItIsKeptAndTold(string status)
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), Result("C2", 1, "F"));

        var late = await _bench.SendAsync(Result("C3", 2, status));

        Assert.Equal([Codes.FinalKept], late.Units.Single().Warnings.Select(warning => warning.Code));
        Assert.Equal("complete", (await _bench.StudyAsync(Uid(1))).StudyViewerStatus);
        Assert.Equal("final", (await _bench.StudyAsync(Uid(1))).State.Procedures.Single().Get(ProcedureFacts.Result));
    }

    [Fact]
    public async Task GivenAPreliminaryResult_WhenAnOlderFinalOneComes_ThenItIsFinalAllTheSame()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), Result("C2", 5, "P"), Result("C3", 2, "F"));

        Assert.Equal("complete", (await _bench.StudyAsync(Uid(1))).StudyViewerStatus);
    }

    [Fact]
    public async Task GivenAPreliminaryResult_WhenAnOlderPendingOneComes_ThenItIsSuperseded()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), Result("C2", 5, "P"));

        var late = await _bench.SendAsync(Result("C3", 2, "N"));

        Assert.Equal(Outcomes.Superseded, late.Outcome);
        Assert.Contains(FieldNames.StudyViewerStatus, late.Units.Single().Superseded);
        Assert.Empty(late.Units.Single().Warnings);
    }

    [Fact]
    public async Task GivenProceduresWithoutNumbers_WhenSeveralMessagesBringThem_ThenEachIsKeptUnderANumberOfItsOwn()
    {
        await _bench.SendEachAsync(
            Of("C1", 0, "NW", "CT Head", "MR Head"), Of("C2", 1, "XO", "CT Neck", "MR Neck"), Of("C3", 2, "XO", "CT Chest", "MR Chest"));

        var procedures = (await _bench.StudyAsync(Uid(1))).State.Procedures;

        Assert.Equal(6, procedures.Select(procedure => procedure.Key).Distinct().Count());
        Assert.All(procedures, procedure => Assert.StartsWith("group:", procedure.Key, StringComparison.Ordinal));
        Assert.Equal("CT Head + MR Head + CT Neck + MR Neck + CT Chest + MR Chest", (await _bench.StudyAsync(Uid(1))).Description);
    }

    [Theory]
    [InlineData("S", null, "stat")]
    [InlineData("R", null, "high")] // Results never lower it,
    [InlineData("A", "stat", "stat")] // and raise it only where the study has less.
    public async Task GivenAStudyWithASeverity_WhenAResultSaysOne_ThenItMayOnlyRaiseIt(string priority, string? byHand, string expected)
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1, priority: "A"));

        if (byHand is not null)
        {
            await _bench.SendAsync(Command("K1", 1, ByUid(Uid(1)), "update", $$"""{"severity":"{{byHand}}"}"""));
        }

        await _bench.SendAsync(V2("C2", 2, "ORU^R01", "PID|1||P1^^^NORTH", "OBR|1||F1^RIS||||||||||||||||||||||P", $"TQ1|1||||||||{priority}"));

        Assert.Equal(expected, (await _bench.StudyAsync(Uid(1))).Severity);
    }

    [Fact]
    public async Task GivenAPlacerThatLowers_WhenTheFillerHasSetASeverity_ThenItsCodeIsHeldWithIt()
    {
        var bench = PipelineBench.InMemory(Ris, Ehr);
        await bench.SendAsync(NewOrder("C1", 0, 1, priority: "S"));

        var result = await bench.SendAsync(Order("C2", 1, "XO/SC", Uid(1), priority: "R", source: Ehr));

        Assert.Equal([FieldNames.Severity, "metadata.ris.priorityCode"], result.Units.Single().HeldByAuthority);
        Assert.Equal("S", (await bench.StudyAsync(Uid(1))).Metadata.Single(pair => pair.Key == "ris.priorityCode").Value);
    }

    private static IntegrationWorker.Intake.InboundMessage Of(string controlId, int minute, string control, string first, string second) => V2(
        controlId, minute, "ORM^O01", "PID|1||P1^^^NORTH", $"ORC|{control}||||SC", $"OBR|1|||X^{first}^RIS", $"ORC|{control}||||SC",
        $"OBR|2|||Y^{second}^RIS", $"ZDS|{Uid(1)}");
}
