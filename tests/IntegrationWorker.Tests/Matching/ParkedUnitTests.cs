using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Tests.Intake;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Matching;

/// <summary>What is created, what waits, and what becomes of it: docs/mapping.md §2.6.</summary>
public sealed class ParkedUnitTests
{
    private readonly PipelineBench _bench = PipelineBench.InMemory();

    [Theory]
    [InlineData("NW/SC", true)]
    [InlineData("SN/SC", true)]
    [InlineData("RO/SC", true)]
    [InlineData("XO/SC", true)]
    [InlineData("SC/IP", false)]
    [InlineData("NW/CA", false)]
    [InlineData("CA/CA", false)]
    public async Task GivenAnUnknownStudy_WhenAnOrderComes_ThenItsControlDecidesWhetherItIsCreated(string control, bool creates)
    {
        var result = await _bench.SendAsync(Order("C1", 0, control, Uid(1), description: "CT"));

        Assert.Equal(creates ? Outcomes.Created : Outcomes.Parked, result.Outcome);
    }

    [Fact]
    public async Task GivenAnUnknownStudy_WhenSomethingThatACreationNeedsIsMissing_ThenTheUnitWaits()
    {
        var strict = PipelineBench.InMemory(Ris with { AllowCreate = false });

        Assert.Equal(Outcomes.Parked, (await _bench.SendAsync(Order("C1", 0, "NW/SC", Uid(1)))).Outcome);
        Assert.Equal(Outcomes.Parked, (await _bench.SendAsync(Order("C2", 0, "NW/SC", accession: "A1", description: "CT"))).Outcome);
        Assert.Equal(Outcomes.Parked, (await strict.SendAsync(Order("C3", 0, "NW/SC", Uid(1), description: "CT"))).Outcome);
    }

    [Fact]
    public async Task GivenAnUnknownStudy_WhenACommandOrADeleteNamesIt_ThenItDoesNotWait()
    {
        var command = await _bench.SendAsync(Command("K1", 0, ByUid(Uid(1)), "cancel"));
        var deleted = await _bench.SendAsync(Delete("is-1", 0));

        Assert.Equal(Codes.NotFound, command.Units.Single().Error!.Code);
        Assert.Equal((Outcomes.Ignored, "no-studies"), (deleted.Outcome, deleted.Reason));
        Assert.Empty(await _bench.WaitingAsync());
    }

    [Fact]
    public async Task GivenWaitingUnits_WhenTheStudyIsCreated_ThenTheyAreAppliedInTheOrderOfTheirClocksWithTheirOwnKeys()
    {
        await _bench.SendEachAsync(
            Result("C1", 30, "F"), Result("C2", 10, "P"), Order("C3", 20, "XO/IP", accession: "A1", priority: "S"));

        var created = await _bench.SendAsync(NewOrder("C4", 0, 1));

        Assert.Equal([KeyOf("C2"), KeyOf("C3"), KeyOf("C1")], created.Reapplied.Select(unit => unit.MessageKey));
        Assert.All(created.Reapplied, unit => Assert.Equal(Outcomes.Applied, unit.Outcome));
        Assert.Equal(
            [KeyOf("C4"), KeyOf("C2"), KeyOf("C3"), KeyOf("C1")], _bench.Events().Select(sent => sent.Data.Origin.MessageKey));
        Assert.Equal([1L, 2, 3, 4], _bench.Events().Select(sent => sent.Data.Version));
        Assert.Equal(("stat", "complete"), ((await _bench.StudyAsync(Uid(1))).Severity, (await _bench.StudyAsync(Uid(1))).StudyViewerStatus));
        Assert.Empty(await _bench.WaitingAsync());
    }

    [Fact]
    public async Task GivenAWaitingUnit_WhenItIsApplied_ThenTheRecordOfItsMessageSaysSo()
    {
        var result = Result("C1", 10, "F");
        await _bench.SendEachAsync(result, NewOrder("C2", 0, 1));

        var recorded = await _bench.RecordedAsync(KeyOf("C1"));
        var again = await _bench.SendAsync(result);

        Assert.Equal(Outcomes.Applied, recorded.Outcome);
        Assert.NotNull(recorded.Units.Single().EventId);
        Assert.Equal((Outcomes.Duplicate, Outcomes.Applied), (again.Outcome, again.RecordedOutcome));
    }

    [Fact]
    public async Task GivenAWaitingCancel_WhenTheStudyIsCreatedLate_ThenItIsCancelledAtOnce()
    {
        await _bench.SendAsync(Order("C1", 10, "CA/CA"));

        await _bench.SendAsync(NewOrder("C2", 0, 1));

        Assert.True((await _bench.StudyAsync(Uid(1))).IsCancelled);
    }

    [Fact]
    public async Task GivenAWaitingUnit_WhenItsStudyRefusesIt_ThenItGoesToAPerson()
    {
        await _bench.SendAsync(Result("C1", 10, "F", patient: "P9"));

        var created = await _bench.SendAsync(NewOrder("C2", 0, 1));

        Assert.Equal(Codes.PatientMismatch, Assert.Single(created.Reapplied).Error!.Code);
        var letter = Assert.Single(_bench.Store.DeadLetters);
        Assert.Equal((KeyOf("C1"), Codes.PatientMismatch), (letter.MessageKey, letter.Code));
        Assert.Equal(Outcomes.Rejected, (await _bench.RecordedAsync(KeyOf("C1"))).Outcome);
        Assert.Empty(await _bench.WaitingAsync());
    }

    [Fact]
    public async Task GivenAWaitingUnit_WhenAKnownStudyLearnsItsNumber_ThenItIsApplied_AndSoIsWhatWaitedForIt()
    {
        // The first waits under a filler number, the second brings that number but waits under an accession number.
        await _bench.SendEachAsync(
            Order("C1", 0, "NW/SC", Uid(1), filler: "F9^RIS", description: "CT"),
            Result("C2", 20, "F", "F1^RIS"),
            Order("C3", 10, "XO/IP", filler: "F1^RIS", accession: "A1"));

        var learnt = await _bench.SendAsync(Order("C4", 5, "XO/SC", Uid(1), filler: null, accession: "A1"));

        Assert.Equal([KeyOf("C3"), KeyOf("C2")], learnt.Reapplied.Select(unit => unit.MessageKey));
        Assert.Empty(await _bench.WaitingAsync());
    }

    [Fact]
    public async Task GivenAGroupThatWaits_WhenALaterGroupOfItsMessageCreatesTheStudy_ThenTheRecordHasItsOutcome()
    {
        var result = await _bench.SendAsync(V2(
            "C1", 0, "ORM^O01",
            [
                .. OrderSegments("XO/IP", null, "A5", "F1^RIS", null, "P1", null, "S", At(0)),
                .. OrderSegments("NW/SC", Uid(1), "A1", "F1^RIS", null, null, "CT", "R", At(0)),
            ]));

        Assert.Equal([Outcomes.Applied, Outcomes.Created], result.Units.Select(unit => unit.Outcome));
        Assert.Equal(Outcomes.Created, (await _bench.RecordedAsync(KeyOf("C1"))).Outcome);
        Assert.Empty(result.Reapplied);
        Assert.Empty(await _bench.WaitingAsync());
    }

    [Fact]
    public async Task GivenAsManyWaitingUnitsAsMayWaitUnderOneKey_WhenAnotherComes_ThenItGoesToAPerson()
    {
        InboundMessage[] waiting = [.. Enumerable.Range(0, 100).Select(i => Result($"C{i}", i, "P"))];
        var accepted = await _bench.SendBatchAsync(waiting);

        var refused = await _bench.SendAsync(Result("C100", 100, "F"));
        var elsewhere = await _bench.SendAsync(Result("C101", 100, "F", "F2^RIS"));

        Assert.All(accepted, result => Assert.Equal(Outcomes.Parked, result.Outcome));
        Assert.Equal((Outcomes.Rejected, Codes.TooManyWaiting), (refused.Outcome, refused.Units.Single().Error!.Code));
        Assert.Equal(Outcomes.Parked, elsewhere.Outcome);
        Assert.Single(_bench.Store.DeadLetters);
    }
}
