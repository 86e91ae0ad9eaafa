using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Intake;

/// <summary>Keys that were used before: docs/mapping.md §5.3 and §5.4.</summary>
public sealed class LedgerTests
{
    private readonly PipelineBench _bench = PipelineBench.InMemory();

    [Fact]
    public async Task GivenARecordedMessage_WhenItComesAgain_ThenTheRecordedOutcomeIsReturnedAndNothingIsWritten()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        var again = await _bench.SendAsync(NewOrder("C1", 0, 1) with { ReceivedAt = Instant(50) });

        Assert.Equal((Outcomes.Duplicate, Outcomes.Created), (again.Outcome, again.RecordedOutcome));
        Assert.Equal(Outcomes.Created, again.Units.Single().RecordedOutcome);
        Assert.Single(_bench.Events());
        Assert.Single(_bench.Store.History);
    }

    [Fact]
    public async Task GivenARecordedMessage_WhenOnlyItsHeaderTimeIsNew_ThenItIsADuplicate()
    {
        await _bench.SendAsync(Order("C1", 0, "NW/SC", Uid(1), description: "CT", clock: At(0)));

        var again = await _bench.SendAsync(Order("C1", 11, "NW/SC", Uid(1), description: "CT", clock: At(0)));

        Assert.Equal(Outcomes.Duplicate, again.Outcome);
    }

    [Fact]
    public async Task GivenARecordedMessage_WhenItsKeyComesWithOtherContentWithinHours_ThenItIsRefusedUnderAKeyOfItsOwn()
    {
        var first = NewOrder("C1", 0, 1);
        var second = NewOrder("C1", 11, 1, priority: "S");
        await _bench.SendAsync(first);

        var refused = await _bench.SendAsync(second);
        var again = await _bench.SendAsync(second);

        Assert.Equal((Outcomes.Rejected, Codes.KeyReused), (refused.Outcome, refused.Error!.Code));
        Assert.Equal((Outcomes.Duplicate, Outcomes.Rejected), (again.Outcome, again.RecordedOutcome));
        var letter = Assert.Single(_bench.Store.DeadLetters);
        Assert.Matches($"^{KeyOf("C1")}![0-9a-f]{{8}}$", letter.MessageKey);
        Assert.Equal([KeyOf("C1"), letter.MessageKey], await _bench.KeysAsync());
        Assert.Equal("normal", (await _bench.StudyAsync(Uid(1))).Severity);
    }

    [Fact]
    public async Task GivenARefusedKey_WhenAnOperatorReplaysIt_ThenItIsANewGeneration_AndOnlyOnce()
    {
        var second = NewOrder("C1", 11, 1, priority: "S");
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), second);

        var replayed = await _bench.SendAsync(Replayed(second));
        var redelivered = await _bench.SendAsync(second);
        var replayedAgain = await _bench.SendAsync(Replayed(second));

        Assert.Equal((Outcomes.Applied, KeyOf("C1") + "~2"), (replayed.Outcome, replayed.MessageKey));
        Assert.Equal((Outcomes.Duplicate, Outcomes.Applied), (redelivered.Outcome, redelivered.RecordedOutcome));
        Assert.Equal((Outcomes.Duplicate, Outcomes.Applied), (replayedAgain.Outcome, replayedAgain.RecordedOutcome));
        Assert.DoesNotContain(KeyOf("C1") + "~3", await _bench.KeysAsync());
        Assert.Equal("stat", (await _bench.StudyAsync(Uid(1))).Severity);
    }

    [Fact]
    public async Task GivenAUsedKey_WhenItComesHalfADayLater_ThenTheSendersCounterStartedAgain()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        var early = await _bench.SendAsync(Order("C1", 719, "XO/IP", Uid(1), priority: "A"));
        var late = await _bench.SendAsync(Order("C1", 720, "XO/IP", Uid(1), priority: "S"));
        var nextDay = await _bench.SendAsync(Order("C1", 1440, "XO/CM", Uid(1), priority: "S"));

        Assert.Equal(Codes.KeyReused, early.Error!.Code);
        Assert.Equal((Outcomes.Applied, KeyOf("C1") + "~2"), (late.Outcome, late.MessageKey));
        Assert.Equal(Codes.CounterRestarted, Assert.Single(late.Warnings).Code);
        Assert.Equal((Outcomes.Applied, KeyOf("C1") + "~3"), (nextDay.Outcome, nextDay.MessageKey));
    }

    [Fact]
    public async Task GivenAUsedKey_WhenADuplicateUsedItSince_ThenHalfADayCountsFromThere()
    {
        await _bench.SendEachAsync(
            Order("C1", 0, "NW/SC", Uid(1), description: "CT", clock: At(0)),
            Order("C1", 300, "NW/SC", Uid(1), description: "CT", clock: At(0)));

        var other = await _bench.SendAsync(Order("C1", 800, "XO/IP", Uid(1)));

        Assert.Equal(Codes.KeyReused, other.Error!.Code);
    }

    [Fact]
    public async Task GivenARejectedMessage_WhenItComesAgain_ThenTheRejectionIsReturned_AndACorrectedResendIsProcessed()
    {
        var broken = Order("C1", 0, "NW/SC", "1.2.0840.1", description: "CT");
        var results = await _bench.SendEachAsync(broken, broken, NewOrder("C1", 1, 1));

        Assert.Equal((Outcomes.Rejected, Codes.InvalidUid), (results[0].Outcome, results[0].Units.Single().Error!.Code));
        Assert.Equal((Outcomes.Duplicate, Outcomes.Rejected), (results[1].Outcome, results[1].RecordedOutcome));
        Assert.Equal((Outcomes.Created, KeyOf("C1") + "~2"), (results[2].Outcome, results[2].MessageKey));
        Assert.Empty(results[2].Warnings);
        Assert.Single(_bench.Store.DeadLetters);
    }

    [Fact]
    public async Task GivenAnotherVersionOfAResourceUnderOneKey_WhenItsContentDiffers_ThenTheGatesDecide()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), Resource("is-1", 3, 5, "available", Uid(1)));

        var other = await _bench.SendAsync(Resource("is-1", 3, 6, "cancelled", Uid(1)));

        Assert.Equal((Outcomes.Applied, "fhir/pacs/ImagingStudy/is-1/3~2"), (other.Outcome, other.MessageKey));
        Assert.Empty(other.Warnings);
    }

    [Fact]
    public async Task GivenACommand_WhenItsIdComesWithOtherData_ThenItIsRefusedHoweverOldItIs()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), Command("K1", 1, ByUid(Uid(1)), "update", """{"severity":"stat"}"""));

        var other = await _bench.SendAsync(Command("K1", 3000, ByUid(Uid(1)), "update", """{"severity":"high"}"""));

        Assert.Equal(Codes.KeyReused, other.Error!.Code);
    }

    [Fact]
    public async Task GivenAMessageWithAnAppliedAndARejectedUnit_WhenItIsReplayed_ThenOnlyTheRejectedUnitIsDecidedAgain()
    {
        // The second group names a patient that is not the study's, until the patients are merged.
        await _bench.SendEachAsync(NewOrder("C1", 0, 1, "P1"), NewOrder("C2", 1, 2, "P2"));
        var both = TwoOrders("C3", 10, ("F1^RIS", "A"), ("F2^RIS", "S"));
        var first = await _bench.SendAsync(both);
        await _bench.SendEachAsync(Order("C4", 20, "XO/IP", Uid(1), priority: "S"), Merge("C5", 21, "P1", "P2"));

        var replayed = await _bench.SendAsync(Replayed(both));

        Assert.Equal([Outcomes.Applied, Outcomes.Rejected], first.Units.Select(unit => unit.Outcome));
        Assert.Equal([Outcomes.Applied, Outcomes.Applied], replayed.Units.Select(unit => unit.Outcome));
        Assert.Equal(first.Units[0].EventId, replayed.Units[0].EventId);
        Assert.Equal(KeyOf("C3"), replayed.MessageKey);
        Assert.Equal("stat", (await _bench.StudyAsync(Uid(2))).Severity);
        Assert.Equal(Outcomes.Applied, (await _bench.RecordedAsync(KeyOf("C3"))).Outcome);
        Assert.Equal("stat", (await _bench.StudyAsync(Uid(1))).Severity); // By the newer message: the replay did not touch it.
        Assert.Equal(_bench.Events().Count, _bench.Events().Select(sent => sent.Id).Distinct().Count());
    }

    [Fact]
    public async Task GivenAReplay_WhenWhatIsKnownIsNewer_ThenItChangesNothing()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1, "P1"));
        var stranger = Order("C2", 5, "XO/SC", Uid(1), patient: "P9", description: "Old text");
        await _bench.SendEachAsync(stranger, Order("C3", 10, "XO/SC", Uid(1), description: "New text"), Merge("C4", 11, "P9", "P1"));

        var replayed = await _bench.SendAsync(Replayed(stranger));

        Assert.Equal(Outcomes.Superseded, replayed.Outcome);
        Assert.Equal("New text", (await _bench.StudyAsync(Uid(1))).Description);
    }

    [Fact]
    public async Task GivenASettledUnit_WhenAnotherUnitOfItsMessageNowMeansTheSameStudy_ThenTheReplayStillDecidesAboutTheOther()
    {
        // The accession number of the second group is that of two studies, until its filler number is known to be the first one's.
        await _bench.SendEachAsync(NewOrder("C1", 0, 1, accession: "AX"), NewOrder("C2", 1, 2, accession: "AX"));
        var both = V2(
            "C3", 10, "ORM^O01",
            [
                .. OrderSegments("XO/IP", null, null, "F1^RIS", null, "P1", null, "A", At(10)),
                .. OrderSegments("XO/IP", null, "AX", "F3^RIS", null, null, null, "S", At(10)),
            ]);
        var first = await _bench.SendAsync(both);
        await _bench.SendAsync(Order("C4", 5, "XO/IP", Uid(1), filler: "F3^RIS"));

        var replayed = await _bench.SendAsync(Replayed(both));

        Assert.Equal([Outcomes.Applied, Outcomes.Rejected], first.Units.Select(unit => unit.Outcome));
        Assert.Equal([Outcomes.Applied, Outcomes.Applied], replayed.Units.Select(unit => unit.Outcome));
        Assert.Equal("stat", (await _bench.StudyAsync(Uid(1))).Severity);
    }

    private static InboundMessage TwoOrders(string controlId, int minute, params (string Filler, string Priority)[] groups) =>
        V2(
            controlId, minute, "ORM^O01",
            [
                .. groups.SelectMany((group, i) => OrderSegments(
                    "XO/IP", null, null, group.Filler, null, i == 0 ? "P1" : null, null, group.Priority, At(minute))),
            ]);
}
