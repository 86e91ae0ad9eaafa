using IntegrationWorker.Contracts;
using IntegrationWorker.Tests.Intake;
using IntegrationWorker.Tests.Mapping.Hl7;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Matching;

/// <summary>Patient-level messages: docs/mapping.md §2.7.</summary>
public sealed class PatientMergeTests
{
    private readonly PipelineBench _bench = PipelineBench.InMemory();

    [Fact]
    public async Task GivenStudiesOfAPatient_WhenThePatientMoves_ThenOnlyTheOpenOnesAreUpdated()
    {
        await _bench.SendEachAsync(
            NewOrder("C1", 0, 1), NewOrder("C2", 0, 2), NewOrder("C3", 0, 3), NewOrder("C4", 0, 4, "P2"),
            Order("C5", 1, "CA/CA", filler: "F2^RIS"), Result("C6", 1, "F", "F3^RIS"));

        var unit = (await _bench.SendAsync(PatientUpdate("C7", 2, "P1", "4W"))).Units.Single();

        Assert.Equal("4W", (await _bench.StudyAsync(Uid(1))).State.Get("metadata.patient.location"));
        Assert.Equal([(await _bench.StudyAsync(Uid(1))).StudyId], unit.Studies!.Select(study => study.StudyId));
    }

    [Fact]
    public async Task GivenVisitNumbersOnBothSides_WhenTheyDiffer_ThenTheStudyIsNotReached()
    {
        await _bench.SendEachAsync(
            NewOrder("C1", 0, 1), NewOrder("C2", 0, 2),
            V2(
                "C3", 1, "ORM^O01", "PID|1||P1^^^NORTH", Hl7Sending.Segment("PV1", (1, "1"), (19, "V1")), "ORC|XO||F1^RIS||IP",
                "OBR|1||F1^RIS"));

        var other = (await _bench.SendAsync(PatientUpdate("C4", 2, "P1", "4W", "V2"))).Units.Single();
        var same = (await _bench.SendAsync(PatientUpdate("C5", 3, "P1", "5W", "V1"))).Units.Single();

        Assert.Equal([(await _bench.StudyAsync(Uid(2))).StudyId], other.Studies!.Select(study => study.StudyId));
        Assert.Equal("5W", (await _bench.StudyAsync(Uid(1))).State.Get("metadata.patient.location"));
        // The second study learnt V2 from the message that reached it.
        Assert.Equal([(await _bench.StudyAsync(Uid(1))).StudyId], same.Studies!.Select(study => study.StudyId));
    }

    [Fact]
    public async Task GivenNoStudyOfThePatient_WhenAPatientMessageComes_ThenItIsIgnoredAndDoesNotWait()
    {
        var results = await _bench.SendEachAsync(PatientUpdate("C1", 0, "P1", "4W"), Merge("C2", 1, "P2", "P1"));

        Assert.All(results, result => Assert.Equal((Outcomes.Ignored, "no-studies"), (result.Outcome, result.Reason)));
        Assert.Empty(await _bench.WaitingAsync());
    }

    [Fact]
    public async Task GivenAMerge_WhenMessagesComeUnderBothNumbers_ThenBothAreLetInAndPatientUpdatesFindOnlyTheNewOne()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1, "OLD"), NewOrder("C2", 0, 2, "OLD"), Order("C3", 1, "CA/CA", filler: "F2^RIS", patient: "OLD"));

        var merge = await _bench.SendAsync(Merge("C4", 2, "NEW", "OLD"));
        var underOld = await _bench.SendAsync(Order("C5", 3, "XO/IP", Uid(1), patient: "OLD"));
        var underNew = await _bench.SendAsync(Order("C6", 4, "XO/CM", Uid(1), patient: "NEW"));
        var foreign = await _bench.SendAsync(Order("C7", 5, "XO/IP", Uid(1), patient: "WRONG"));
        var oldUpdate = await _bench.SendAsync(PatientUpdate("C8", 6, "OLD", "4W"));
        var newUpdate = await _bench.SendAsync(PatientUpdate("C9", 7, "NEW", "5W"));

        Assert.Equal(Outcomes.Linked, merge.Outcome);
        Assert.Equal(2, merge.Units.Single().Studies!.Count); // The cancelled one too.
        Assert.DoesNotContain(_bench.Events(), sent => sent.Data.Origin.MessageType.StartsWith("ADT^A40", StringComparison.Ordinal));
        Assert.Equal((Outcomes.Applied, Outcomes.Applied), (underOld.Outcome, underNew.Outcome));
        Assert.Equal(Codes.PatientMismatch, foreign.Units.Single().Error!.Code);
        Assert.Equal((Outcomes.Ignored, Outcomes.Applied), (oldUpdate.Outcome, newUpdate.Outcome));
        Assert.Equal(
            ["Patient #NEW NORTH", "FormerPatient #OLD NORTH"],
            (await _bench.LinksAsync(Uid(1))).Where(link => link.Contains("Patient", StringComparison.Ordinal)).OrderDescending());
    }

    [Fact]
    public async Task GivenAMerge_WhenItIsRepeated_ThenNothingChanges()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1, "OLD"), Merge("C2", 1, "NEW", "OLD"));
        var before = await _bench.LinksAsync(Uid(1));

        var repeated = await _bench.SendAsync(Merge("C3", 2, "NEW", "OLD"));

        Assert.Equal((Outcomes.Ignored, "no-studies"), (repeated.Outcome, repeated.Reason));
        Assert.Equal(before, await _bench.LinksAsync(Uid(1)));
    }

    [Fact]
    public async Task GivenAMerge_WhenItIsTakenBack_ThenTheOldNumberIsThePatientsAgain()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1, "OLD"), Merge("C2", 1, "NEW", "OLD"), Merge("C3", 2, "OLD", "NEW"));

        var update = await _bench.SendAsync(PatientUpdate("C4", 3, "OLD", "4W"));

        Assert.Equal(Outcomes.Applied, update.Outcome);
        Assert.Equal(
            ["Accession A1 NORTH", "Filler F1 RIS", "FormerPatient #NEW NORTH", "Patient #OLD NORTH"], await _bench.LinksAsync(Uid(1)));
    }

    [Fact]
    public async Task GivenAMessageThatMovesAPatientNowhere_WhenPriorAndPresentAreTheSame_ThenThePatientStays()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1, "P1"), Merge("C2", 1, "P1", "P1"));

        Assert.Equal(["Accession A1 NORTH", "Filler F1 RIS", "Patient #P1 NORTH"], await _bench.LinksAsync(Uid(1)));
        Assert.Equal(Outcomes.Applied, (await _bench.SendAsync(PatientUpdate("C3", 2, "P1", "4W"))).Outcome);
    }

    [Fact]
    public async Task GivenAWaitingUnitUnderTheOldNumber_WhenTheMergedStudyAppears_ThenItIsLetIn()
    {
        await _bench.SendEachAsync(
            Result("C1", 5, "F", "F8^RIS", patient: "OLD"), NewOrder("C2", 0, 1, "OLD"), Merge("C3", 6, "NEW", "OLD"));

        var learnt = await _bench.SendAsync(Order("C4", 7, "XO/SC", Uid(1), filler: "F8^RIS", patient: "NEW"));

        Assert.NotEqual(Outcomes.Rejected, Assert.Single(learnt.Reapplied).Outcome);
    }

    [Fact]
    public async Task GivenTheNamesOfOneAuthority_WhenAMergeUsesTheOther_ThenItFindsThePatient()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1, "OLD"));

        var merge = await _bench.SendAsync(V2(
            "C2", 1, "ADT^A40^ADT_A39", "EVN|A40", "PID|1||NEW^^^2.16.840.1.113883.19.10", "MRG|OLD^^^2.16.840.1.113883.19.10"));

        Assert.Equal(Outcomes.Linked, merge.Outcome);
        Assert.DoesNotContain("Patient #OLD NORTH", await _bench.LinksAsync(Uid(1)));
    }

    [Fact]
    public async Task GivenStudiesOfAnotherOrganization_WhenAPatientMessageComes_ThenTheyAreNotTouched()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1, "P1"));

        var result = await _bench.SendAsync(V2From(
            West, "C2", 1, "ADT^A40^ADT_A39", "EVN|A40", "PID|1||NEW^^^NORTH", "MRG|P1^^^NORTH"));

        Assert.Equal((Outcomes.Ignored, "no-studies"), (result.Outcome, result.Reason));
    }
}
