using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Matching;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Intake;
using IntegrationWorker.Tests.Store;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Matching;

/// <summary>What waits behind a rejected message, and what does not: docs/mapping.md §2.8.</summary>
public sealed class HoldTests
{
    private static readonly Source _holding = Ris with { HoldsOnRejection = true };

    private readonly MemoryStudyStore _store = new();
    private readonly PipelineBench _bench;

    public HoldTests() => _bench = With(_holding, OtherRis, Ehr with { HoldsOnRejection = true }, Messages.Console);

    [Fact]
    public async Task GivenARejectedMessage_WhenLaterOnesOfItsStudyCome_ThenTheyWaitInTheirOrderAndItsHistoryTellsSo()
    {
        var created = await _bench.SendAsync(NewOrder("C1", 0, 1));
        var rejected = await _bench.SendAsync(Stranger("C2", 10));
        var waiting = await _bench.SendEachAsync(Change("C3", 20, "S"), Change("C4", 30, "A"));

        Assert.Equal((Outcomes.Rejected, Codes.PatientMismatch), (rejected.Outcome, rejected.Units.Single().Error!.Code));
        Assert.All(waiting, result => Assert.Equal((Outcomes.Parked, UnitDecider.Held), (result.Outcome, result.Reason)));
        Assert.All(waiting, result => Assert.Equal(created.Units.Single().StudyId, result.Units.Single().StudyId));
        var hold = Assert.Single(_store.Tables.Holds.Values);
        Assert.Equal(new Hold("ris", Uid(1), _bench.Store.DeadLetters.Single().Id, _bench.Time.Now), hold);
        Assert.Equal([KeyOf("C3") + "#1", KeyOf("C4") + "#1"], _bench.Store.HeldUnits.Select(held => held.Unit.UnitKey));
        Assert.All(_bench.Store.HeldUnits, held => Assert.Equal((hold.Id, DateTimeOffset.MaxValue, 0), (held.HoldId, held.Unit.ExpiresAt, held.Unit.Keys.Count)));
        Assert.Equal(
            [Outcomes.Created, Outcomes.Rejected, Outcomes.Parked, Outcomes.Parked], _bench.Store.History.Select(entry => entry.Outcome));
    }

    [Fact]
    public async Task GivenMessagesThatWait_WhenTheHoldIsOver_ThenTheyAreAppliedInOrderAndNothingIsHeldAnyMore()
    {
        await SendThreeAsync();

        var released = await ReleaseAsync();

        Assert.Equal(2, released);
        Assert.Equal([KeyOf("C1"), KeyOf("C3"), KeyOf("C4")], _bench.Events().Select(sent => sent.Data.Origin.MessageKey));
        Assert.Equal((Outcomes.Applied, null), await RecordedAsync("C3"));
        Assert.Equal((Outcomes.Applied, null), await RecordedAsync("C4"));
        Assert.Empty(_store.Tables.Holds);
        Assert.Empty(_store.Tables.Held);
        Assert.Equal(Outcomes.Applied, (await _bench.SendAsync(Change("C5", 50, "R"))).Outcome);
    }

    [Fact]
    public async Task GivenAHoldThatIsNotOver_WhenItIsToBeLetGo_ThenNothingHappens()
    {
        await SendThreeAsync();
        var hold = _store.Tables.Holds.Values.Single();

        Assert.Equal(0, await _bench.ReleaseAsync(hold, [.. _store.Tables.Held]));
        Assert.Equal((2, 1), (_store.Tables.Held.Count, _bench.Events().Count));
    }

    [Fact]
    public async Task GivenOnlyTheFirstOnesWereFound_WhenTheyAreLetGo_ThenTheHoldStaysForTheOthers()
    {
        await SendThreeAsync();
        var over = Settle();

        Assert.Equal(1, await _bench.ReleaseAsync(over, [_store.Tables.Held[0]]));
        Assert.Equal(KeyOf("C4"), Assert.Single(_store.Tables.Held).Unit.MessageKey);
        Assert.Single(_store.Tables.Holds);
        Assert.Equal(UnitDecider.Held, (await _bench.SendAsync(Change("C5", 50, "R"))).Reason); // It may not overtake what waits.
    }

    [Fact]
    public async Task GivenOneThatWaitedIsRejectedItself_WhenTheHoldIsOver_ThenTheRestWaitsBehindThatOne()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), Stranger("C2", 10), Change("C3", 20, "S"), Stranger("C4", 30), Change("C5", 40, "A"));

        var released = await ReleaseAsync();

        Assert.Equal(2, released);
        Assert.Equal(Outcomes.Rejected, (await RecordedAsync("C4")).Outcome);
        Assert.Equal(KeyOf("C5"), Assert.Single(_store.Tables.Held).Unit.MessageKey);
        var letter = _bench.Store.DeadLetters[^1];
        Assert.Equal((KeyOf("C4"), letter.Id), (letter.MessageKey, _store.Tables.Holds.Values.Single().DeadLetterId));
        Assert.Equal(1, await ReleaseAsync());
        Assert.Equal([KeyOf("C1"), KeyOf("C3"), KeyOf("C5")], _bench.Events().Select(sent => sent.Data.Origin.MessageKey));
    }

    [Fact]
    public async Task GivenMessagesThatWait_WhenTheirSourceIsConfiguredNoLonger_ThenTheyAreDeadLettersThatHoldNothing()
    {
        await SendThreeAsync();

        var released = await With(OtherRis).ReleaseAsync(Settle(), [.. _store.Tables.Held]);

        Assert.Equal(2, released);
        Assert.Equal((Outcomes.Rejected, Outcomes.Rejected), ((await RecordedAsync("C3")).Outcome, (await RecordedAsync("C4")).Outcome));
        Assert.Empty(_store.Tables.Holds);
        Assert.Single(_bench.Events());
    }

    [Fact]
    public async Task GivenAStudyOnHold_WhenOthersSpeakOfIt_ThenThoseOfOtherSourcesOfPeopleAndDeliberateReplaysDoNotWait()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), NewOrder("D1", 0, 2), Stranger("C2", 10));

        var results = await _bench.SendEachAsync(
            Order("N1", 20, filler: "F1^RIS", priority: "S", source: OtherRis),
            Command("K1", 25, ByUid(Uid(1)), "cancel"),
            Replayed(Change("C6", 30, "A")),
            Order("D2", 40, filler: "F2^RIS", priority: "S"),
            PatientUpdate("C7", 50, "P1", "4W"),
            V2("C8", 60, "ORM^O01", "PID|1||P1^^^NORTH"));
        var byAccession = await _bench.SendAsync(Order("C9", 70, filler: null, accession: "A1", priority: "S"));

        Assert.All(results, result => Assert.NotEqual(UnitDecider.Held, result.Reason));
        Assert.Equal(UnitDecider.Held, byAccession.Reason); // By whatever number it names the study.
    }

    [Fact]
    public async Task GivenASourceWhoseMessagesPass_WhenOneIsRejected_ThenNothingWaits()
    {
        var passing = With(Ris);

        await passing.SendEachAsync(NewOrder("C1", 0, 1), Stranger("C2", 10));

        Assert.Equal(Outcomes.Applied, (await passing.SendAsync(Change("C3", 20, "S"))).Outcome);
        Assert.Empty(_store.Tables.Holds);
    }

    [Fact]
    public async Task GivenAMessageOfWhichNobodyKnowsTheStudy_WhenItIsRejected_ThenNothingWaits()
    {
        await _bench.SendEachAsync(
            NewOrder("C1", 0, 1), Order("X1", 1, "NW/SC", uid: "1..2", filler: null, description: "CT"), V2("X2", 2, "ORM^O01", "PID|1", "ORC|NW", "OBR|1"));

        Assert.Equal(2, _bench.Store.DeadLetters.Count);
        Assert.Empty(_store.Tables.Holds);
    }

    [Fact]
    public async Task GivenAnOrderWhoseKeyBelongsToAnother_WhenItIsRefusedWhole_ThenLaterOnesThatNameItsUidWait()
    {
        await _bench.SendAsync(NewOrder("K1", 0, 9));

        var refused = await _bench.SendAsync(NewOrder("K1", 1, 1));
        var second = await _bench.SendAsync(NewOrder("K2", 2, 1));

        Assert.Equal(Outcomes.Rejected, refused.Outcome);
        Assert.Equal(UnitDecider.Held, second.Reason);
        Assert.Null(second.Units.Single().StudyId); // There is no study yet.
        Assert.Equal(Uid(1), _store.Tables.Holds.Values.Single().StudyInstanceUid);
    }

    [Fact]
    public async Task GivenTwoRejectedOfOneStudyInABatch_WhenALaterOneComes_ThenItWaitsBehindTheFirst()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        // A deliberate replay does not wait, and is rejected as well.
        await _bench.SendBatchAsync([Stranger("C2", 10), Replayed(Stranger("C3", 20)), Change("C4", 30, "S")]);

        Assert.Equal(2, _bench.Store.DeadLetters.Count);
        var first = _bench.Store.DeadLetters.Single(letter => letter.MessageKey == KeyOf("C2"));
        Assert.Equal(first.Id, _store.Tables.Holds.Values.Single().DeadLetterId);
        Assert.Equal(KeyOf("C4"), Assert.Single(_store.Tables.Held).Unit.MessageKey);
    }

    private PipelineBench With(params Source[] sources) => PipelineBench.Over(_store, TestContext.Current.CancellationToken, sources);

    private Task<List<MessageResult>> SendThreeAsync() =>
        _bench.SendEachAsync(NewOrder("C1", 0, 1), Stranger("C2", 10), Change("C3", 20, "S"), Change("C4", 30, "A"));

    private static InboundMessage Stranger(string controlId, int minute) => Order(controlId, minute, patient: "P9", priority: "A");

    private static InboundMessage Change(string controlId, int minute, string priority) => Order(controlId, minute, priority: priority);

    // As closing the dead letter does.
    private Hold Settle()
    {
        var hold = _store.Tables.Holds.Values.Single();
        var over = hold with { DeadLetterId = null };
        _store.Tables.Holds[hold.Id] = over;

        return over;
    }

    private Task<int> ReleaseAsync() => _bench.ReleaseAsync(Settle(), [.. _store.Tables.Held]);

    private async Task<(string Outcome, string? Reason)> RecordedAsync(string controlId)
    {
        var result = await _bench.RecordedAsync(KeyOf(controlId));

        return (result.Outcome, result.Reason);
    }
}
