using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Intake;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Matching;

/// <summary>Which study is meant: docs/mapping.md §2.2–§2.5.</summary>
public sealed class IdentityTests
{
    private readonly PipelineBench _bench = PipelineBench.InMemory();

    [Fact]
    public async Task GivenTwoUidsInOneGroup_WhenTheMessageComes_ThenTheIdentifiersContradict()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        await RejectsAsync(
            Codes.IdentityContradiction,
            V2(
                "C2", 1, "ORM^O01", "PID|1||P1^^^NORTH", "ORC|XO||F1^RIS||SC", "OBR|1||F1^RIS", $"ZDS|{Uid(1)}", $"ZDS|{Uid(2)}"));
    }

    [Fact]
    public async Task GivenAUidOfOneStudyAndTheAccessionNumberOfAnother_WhenTheFirstHasOneOfItsOwn_ThenTheIdentifiersContradict()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), NewOrder("C2", 0, 2));

        await RejectsAsync(Codes.IdentityContradiction, Order("C3", 1, uid: Uid(1), accession: "A2", filler: null));
    }

    [Fact]
    public async Task GivenAUidOfOneStudyAndTheAccessionNumberOfAnother_WhenTheFirstHasNone_ThenItIsAppliedWithAWarning()
    {
        await _bench.SendEachAsync(Order("C1", 0, "NW/SC", Uid(1), description: "CT"), NewOrder("C2", 0, 2));

        var unit = await AppliesAsync(Order("C3", 1, uid: Uid(1), accession: "A2"), 1, "studyInstanceUid");

        Assert.Equal([Codes.AccessionLinkedElsewhere], unit.Warnings.Select(warning => warning.Code));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GivenTheFillerNumberOfAnotherStudy_WhenUidOrAccessionNumberFindOne_ThenTheIdentifiersContradict(bool byUid)
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1), NewOrder("C2", 0, 2));

        await RejectsAsync(
            Codes.IdentityContradiction, Order("C3", 1, uid: byUid ? Uid(1) : null, accession: byUid ? null : "A1", filler: "F2^RIS"));
    }

    [Fact]
    public async Task GivenAnUnknownUid_WhenUidsAreAuthoritative_ThenTheAccessionNumberLeadsNowhere()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        var result = await _bench.SendAsync(Order("C2", 1, uid: Uid(9), accession: "A1", filler: null));

        Assert.Equal(Outcomes.Parked, result.Outcome);
    }

    [Fact]
    public async Task GivenAnUnknownUid_WhenUidsAreAdvisory_ThenTheSearchGoesOnWithAWarning()
    {
        var bench = PipelineBench.InMemory(Ris with { UidIsAdvisory = true });
        await bench.SendAsync(NewOrder("C1", 0, 1));

        var unit = (await bench.SendAsync(Order("C2", 1, "XO/IP", Uid(9), accession: "A1", filler: null))).Units.Single();

        Assert.Equal((Outcomes.Applied, "accession"), (unit.Outcome, unit.ResolvedBy));
        Assert.Equal([Codes.UidUnknown], unit.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public async Task GivenAnInvalidUid_WhenTheSourceIsNotLenient_ThenItIsRejectedBeforeAnyLookUp()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        await RejectsAsync(Codes.InvalidUid, Order("C2", 1, uid: "1.2.0840.5", accession: "A1"));
    }

    [Fact]
    public async Task GivenNothingToIdentifyBy_WhenAnOrderComes_ThenItIsRejected()
    {
        await RejectsAsync(Codes.NoIdentity, Order("C1", 0, filler: null));
    }

    [Fact]
    public async Task GivenNothingToIdentifyBy_WhenAnAppointmentOrADocumentComes_ThenItIsIgnored()
    {
        var appointment = await _bench.SendAsync(V2("C1", 0, "SIU^S12^SIU_S12", "SCH|1^RIS", "RGS|1|U", "AIS|1|U|X^CT^RIS|20260304090000+0000"));
        var document = await _bench.SendAsync(V2("C2", 0, "MDM^T02^MDM_T02", "EVN|T02", "PID|1||P1^^^NORTH", "PV1|1|O", "TXA|1||||||||||||||||AU"));

        Assert.Equal((Outcomes.Ignored, "no-order-number"), (appointment.Outcome, appointment.Reason));
        Assert.Equal((Outcomes.Ignored, "no-order-number"), (document.Outcome, document.Reason));
    }

    [Fact]
    public async Task GivenAStudyOfAnotherOrganization_WhenTheSourceSpeaksOfIt_ThenItMayNot()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        // Another patient as well: the organization is looked at first.
        await RejectsAsync(Codes.OtherOrganization, Order("C2", 1, uid: Uid(1), filler: null, patient: "P9", source: West));
    }

    [Fact]
    public async Task GivenAnotherPatientOfTheSameAuthority_WhenAMessageComes_ThenItIsRejected_UnlessTheSourceOnlyWarns()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1, "P1"));
        await RejectsAsync(Codes.PatientMismatch, Order("C2", 1, uid: Uid(1), patient: "P2", description: "Other"));

        var lenient = PipelineBench.InMemory(Ris with { PatientGuardWarns = true });
        await lenient.SendAsync(NewOrder("C1", 0, 1, "P1"));
        Assert.Equal(Outcomes.Applied, (await lenient.SendAsync(Order("C2", 1, uid: Uid(1), patient: "P2", description: "Other"))).Outcome);
    }

    [Fact]
    public async Task GivenAnotherPatientAuthority_WhenAMessageComes_ThenItsKeyIsLearnt()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1, "P1"));

        await _bench.SendAsync(V2("C2", 1, "ORM^O01", "PID|1||X7^^^EHR", "ORC|XO||F1^RIS||IP", "OBR|1||F1^RIS"));

        Assert.Contains("Patient #X7 EHR", await _bench.LinksAsync(Uid(1)));
    }

    [Fact]
    public async Task GivenAnAuthorityThatIsAnAlias_WhenThePatientDiffers_ThenTheGuardSeesIt()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1, "P1"));

        await RejectsAsync(
            Codes.PatientMismatch,
            V2("C2", 1, "ORM^O01", "PID|1||P2^^^2.16.840.1.113883.19.10", "ORC|XO||F1^RIS||IP", "OBR|1||F1^RIS"));
    }

    [Fact]
    public async Task GivenAnAccessionNumberOfSeveralStudies_WhenNothingNarrowsThem_ThenItIsAmbiguous_AndAFillerNumberDecides()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1, accession: "AX"), NewOrder("C2", 0, 2, accession: "AX"));

        var unit = await RejectsAsync(Codes.Ambiguous, Order("C3", 1, accession: "AX", filler: null));
        await AppliesAsync(Order("C4", 1, accession: "AX", filler: "F2^RIS"), 2, "accession");

        Assert.Equal(2, ((string[])unit.Error!.Details!["candidates"]).Length);
    }

    [Fact]
    public async Task GivenNumbersWithOtherIssuers_WhenAMessageComes_ThenTheyAreOtherNumbers_AndAliasesAreTheSame()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        Assert.Equal(Outcomes.Parked, (await _bench.SendAsync(Order("C2", 1, filler: "F1^ELSEWHERE"))).Outcome);
        await AppliesAsync(Order("C3", 1, filler: "F1^RIS-OLD"), 1, "filler");
    }

    [Fact]
    public async Task GivenAPlacerOrderOfSeveralStudies_WhenItsStatusComes_ThenItReachesAllOfThem_AndNothingElseDoes()
    {
        await _bench.SendEachAsync(NewOrder("C1", 0, 1, placer: "P7^EHR"), NewOrder("C2", 0, 2, placer: "P7^EHR"));

        var unit = (await _bench.SendAsync(Order(
            "C3", 1, "OC/CA", filler: null, placer: "P7^EHR", description: "Other", source: Ehr))).Units.Single();

        Assert.Equal(2, unit.Studies!.Count);
        Assert.All(await _bench.StudiesAsync(), study => Assert.Equal("CA", study.State.Get("metadata.ris.orderStatus")));
        Assert.All(await _bench.StudiesAsync(), study => Assert.StartsWith("CT ", study.Description));
    }

    [Fact]
    public async Task GivenTwoGroupsOfOneStudy_WhenTheyNameItByDifferentNumbers_ThenTheyAreOneUnit()
    {
        await _bench.SendAsync(NewOrder("C1", 0, 1));

        var result = await _bench.SendAsync(V2(
            "C2", 1, "ORM^O01",
            [
                .. OrderSegments("XO/IP", null, "A1", null, null, "P1", null, "A", At(1)),
                .. OrderSegments("XO/IP", null, null, "F1^RIS", null, null, null, "S", At(1)),
            ]));

        Assert.Equal([1, 2], result.Units.Single().Groups);
    }

    private async Task<UnitResult> AppliesAsync(InboundMessage message, int study, string by)
    {
        var unit = (await _bench.SendAsync(message)).Units.Single();

        Assert.NotEqual(Outcomes.Rejected, unit.Outcome);
        Assert.Equal((StudyIds.OfUid(Uid(study)), by), (unit.StudyId, unit.ResolvedBy));
        return unit;
    }

    private async Task<UnitResult> RejectsAsync(string code, InboundMessage message)
    {
        var events = _bench.Events().Count;
        var unit = (await _bench.SendAsync(message)).Units.Single();

        Assert.Equal((Outcomes.Rejected, code), (unit.Outcome, unit.Error?.Code));
        Assert.Equal(events, _bench.Events().Count);
        return unit;
    }
}
