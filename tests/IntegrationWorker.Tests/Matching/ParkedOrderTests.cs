using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Matching;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Intake;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Matching;

/// <summary>In which order waiting units are applied, how long they wait, and what many of them are to each other. docs/mapping.md §2.5–2.7.</summary>
public sealed class ParkedOrderTests
{
    private readonly PipelineBench _bench = PipelineBench.InMemory();

    /// <summary>Each part of the order decides before all that stand behind it, which say the opposite.</summary>
    [Fact]
    public void GivenWaitingUnits_WhenSorted_ThenTransactionMessageSequenceReceiptAndKeyDecideInThisOrder()
    {
        ParkedUnit[] inOrder =
        [
            Waiting(0, 9, 9, 9, "z"),
            Waiting(1, 0, 9, 9, "y"),
            Waiting(1, 1, null, 9, "x"), // No sequence number is the least.
            Waiting(1, 1, 1, 9, "w"),
            Waiting(1, 1, 2, 0, "v"),
            Waiting(1, 1, 2, 1, "a"),
            Waiting(1, 1, 2, 1, "b"),
        ];

        for (var left = 0; left < inOrder.Length; left++)
        {
            for (var right = 0; right < inOrder.Length; right++)
            {
                Assert.Equal(Math.Sign(left - right), Math.Sign(ParkedOrder.Instance.Compare(inOrder[left], inOrder[right])));
            }
        }
    }

    [Theory]
    [InlineData(false, 14)]
    [InlineData(true, 20)] // What a person replays has a fresh chance, however old it is.
    public async Task GivenAUnitThatWaits_WhenItIsKept_ThenItIsForFourteenDays(bool isReplay, int days)
    {
        _bench.Time.Now = Instant(0).AddDays(6);
        var message = Result("C1", 0, "F");

        await _bench.SendAsync(isReplay ? Replayed(message) : message);

        Assert.Equal(Instant(0).AddDays(days), (await _bench.ParkedAsync()).Single().ExpiresAt);
    }

    [Fact]
    public async Task GivenOneFullKey_WhenAUnitHasAnotherToo_ThenItMayNotWaitAllTheSame()
    {
        await _bench.SendBatchAsync([.. Enumerable.Range(0, 100).Select(i => Result($"C{i}", i, "P"))]);

        var refused = await _bench.SendAsync(Result("C100", 100, "F", accession: "A7"));

        Assert.Equal(Codes.TooManyWaiting, refused.Units.Single().Error?.Code);
    }

    [Fact]
    public async Task GivenAnOrganizationThatIsNotTheSources_WhenAStudyWouldBeCreated_ThenItMayNot()
    {
        var bench = PipelineBench.InMemory(Ris with { OrgIds = ["org_north"], OrgFields = ["PV1-3.4"] });

        var result = await bench.SendAsync(V2(
            "C1", 0, "ORM^O01", "PID|1||P1^^^NORTH", "PV1|1|O|4W^1^1^WEST", "ORC|NW||F1^RIS||SC", "OBR|1||F1^RIS|X^CT^RIS", $"ZDS|{Uid(1)}"));

        Assert.Equal((Outcomes.Rejected, Codes.OtherOrganization), (result.Outcome, result.Units.Single().Error?.Code));
        Assert.Empty(await bench.StudiesAsync());
    }

    [Fact]
    public async Task GivenASourceOfNoOrganization_WhenAFieldNamesOne_ThenTheStudyIsThatOnes()
    {
        var bench = PipelineBench.InMemory(Ris with { OrgIds = [], OrgFields = ["PV1-3.4"] });

        await bench.SendAsync(V2(
            "C1", 0, "ORM^O01", "PID|1||P1^^^NORTH", "PV1|1|O|4W^1^1^WEST", "ORC|NW||F1^RIS||SC", "OBR|1||F1^RIS|X^CT^RIS", $"ZDS|{Uid(1)}"));

        Assert.Equal("org_west", (await bench.StudyAsync(Uid(1))).OrgId);
    }

    [Fact]
    public async Task GivenGroupsOfOneUnit_WhenTheirNumbersFindTwoStudies_ThenTheIdentifiersContradict()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), NewOrder("C2", 0, 2));

        // The accession number makes the groups one unit; the filler number of the second is another study's.
        var result = await _bench.SendAsync(V2(
            "C3", 1, "ORM^O01", "PID|1||P1^^^NORTH", "ORC|XO||F1^RIS||SC", Obr("F1^RIS", "A77"), "ORC|XO||F2^RIS||SC", Obr("F2^RIS", "A77")));

        Assert.Equal((Outcomes.Rejected, Codes.IdentityContradiction), (result.Outcome, result.Units.Single().Error?.Code));
    }

    [Fact]
    public async Task GivenGroupsOfOneUnit_WhenOneOfThemIsNotFound_ThenTheOtherFindsTheStudy()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        var result = await _bench.SendAsync(V2(
            "C2", 1, "ORM^O01", "PID|1||P1^^^NORTH", "ORC|XO||F9^RIS||SC", Obr("F9^RIS", "A77"), "ORC|XO||F1^RIS||IP", Obr("F1^RIS", "A77")));

        Assert.Equal((Outcomes.Applied, "filler"), (result.Outcome, result.Units.Single().ResolvedBy));
    }

    [Fact]
    public async Task GivenAStudyThatMayNotBeTouched_WhenSomebodyTries_ThenItsHistoryTells()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        await _bench.SendAsync(Order("C2", 1, uid: Uid(1), filler: null, source: West));

        Assert.Equal([Outcomes.Created, Outcomes.Rejected], _bench.Store.History.Select(entry => entry.Outcome));
    }

    [Fact]
    public async Task GivenAMerge_WhenItChangesLinks_ThenTheHistoryOfEachStudyTells()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), NewOrder("C2", 0, 2), Merge("C3", 5, "P2", "P1"));

        Assert.Equal(
            [StudyIds.OfUid(Uid(1)), StudyIds.OfUid(Uid(2))],
            _bench.Store.History.Where(entry => entry.Outcome == Outcomes.Linked).Select(entry => entry.StudyId).Order());
    }

    [Fact]
    public async Task GivenAPlacerCancelThatReachesSeveral_WhenOneHasAFinalResult_ThenTheMessageTellsWhy()
    {
        var bench = PipelineBench.InMemory(Ris, Ehr);
        await bench.SendEachAsync(NewOrder("C1", 0, 1, placer: "P7^EHR"), NewOrder("C2", 0, 2, placer: "P7^EHR"), Result("C3", 1, "F"));

        var result = await bench.SendAsync(Order("C4", 5, "OC/CA", filler: null, placer: "P7^EHR", source: Ehr));

        var unit = result.Units.Single();
        Assert.Equal((Outcomes.Rejected, Codes.FinalReportExists), (result.Outcome, unit.Error?.Code));
        Assert.Equal([Outcomes.Applied, Outcomes.Rejected], unit.Studies!.Select(one => one.Outcome).Order());
        Assert.All(unit.Studies!, one => Assert.Equal("placer", one.ResolvedBy));
        Assert.True((await bench.StudyAsync(Uid(2))).IsCancelled);
        Assert.False((await bench.StudyAsync(Uid(1))).IsCancelled);
    }

    [Theory]
    [InlineData("accession")]
    [InlineData("filler")]
    public async Task GivenASourceThatFansOut_WhenAnotherNumberThanThePlacersIsShared_ThenItIsAmbiguous(string by)
    {
        var bench = PipelineBench.InMemory(Ris with { PlacerFanOut = true });
        await bench.SendEachAsync(
            NewOrder("C1", 0, 1, accession: "A9", filler: by == "filler" ? "F9^RIS" : null), NewOrder("C2", 0, 2, accession: "A9", filler: by == "filler" ? "F9^RIS" : null));

        var result = await bench.SendAsync(by == "filler" ? Order("C3", 1, filler: "F9^RIS") : Order("C3", 1, filler: null, accession: "A9"));

        Assert.Equal(Codes.Ambiguous, result.Units.Single().Error?.Code);
    }

    [Fact]
    public async Task GivenStudiesOfAPatient_WhenThePatientHasTwoOfTheirKeys_ThenEachIsReachedOnce()
    {
        await _bench.SendEachAsync(
            NewOrder("C1", 0, 1), V2("C2", 1, "ORM^O01", "PID|1||P1^^^NORTH~P2^^^NORTH", "ORC|XO||F1^RIS||SC", Obr("F1^RIS", "A1")));

        var result = await _bench.SendAsync(V2("C3", 2, "ADT^A02", $"EVN|A02|{At(2)}", "PID|1||P1^^^NORTH~P2^^^NORTH", "PV1|1|I|4W"));

        Assert.Single(result.Units.Single().Studies!);
    }

    private static string Obr(string filler, string accession) =>
        IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending.Segment("OBR", (1, "1"), (3, filler), (18, accession));

    private static ParkedUnit Waiting(int transaction, int message, long? sequence, int received, string key) => new()
    {
        UnitKey = key,
        MessageKey = key,
        Unit = new UnitUpdate
        {
            Number = 1,
            Kind = UnitKind.Result,
            SourceId = "ris",
            MessageKey = key,
            MessageType = "ORU^R01",
            Clock = new Clock(Moment.At(Instant(transaction)), Moment.At(Instant(message)), sequence),
            SourceTime = "",
        },
        ReceivedAt = Instant(received),
        ExpiresAt = Instant(0),
        Keys = [],
        Body = default,
        Headers = [],
        Door = "hl7v2",
    };
}
