using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

public sealed class OrderUnitsTests
{
    private const string OtherUid = "2.25.999";

    [Fact]
    public void GivenOneUidAtTheEnd_WhenTheAccessionNumbersAreEqualOrEmpty_ThenItIsThatOfAllGroups()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|NW||F1", Obr("F1", "A1"), "ORC|NW||F2", Obr("F2", ""), $"ZDS|{Uid}");

        Assert.Equal([1, 2], unit.Groups);
        Assert.Equal(Uid, unit.Identity.StudyInstanceUid);
        Assert.Equal("F2", Assert.Single(unit.FurtherIdentities!).Filler?.Value);
        Assert.Equal(["filler:F1", "filler:F2"], unit.Procedures.Select(procedure => procedure.Key));
    }

    [Fact]
    public void GivenOneUidAtTheEnd_WhenTheAccessionNumbersDiffer_ThenItIsThatOfTheLastGroup()
    {
        var units = Units(Ris, "ORM^O01", "ORC|NW||F1", Obr("F1", "A1"), "ORC|NW||F2", Obr("F2", "A2"), $"ZDS|{Uid}");

        Assert.Equal([null, Uid], units.Select(unit => unit.Identity.StudyInstanceUid));
        Assert.Equal([1, 2], units.Select(unit => unit.Number));
    }

    [Fact]
    public void GivenAUidInTheLastProcedureSegment_WhenMapped_ThenItIsThatOfItsGroupAlone()
    {
        var units = Units(Ris, "OMI^O23", "ORC|NW||F1", Obr("F1", ""), "ORC|NW||F2", Obr("F2", ""), $"IPC|||{Uid}");

        Assert.Equal([null, Uid], units.Select(unit => unit.Identity.StudyInstanceUid));
    }

    [Fact]
    public void GivenAUidInTheFirstGroup_WhenTheLastHasAnother_ThenEachKeepsItsOwn()
    {
        var units = Units(
            Ris, "ORM^O01", "ORC|NW||F1", Obr("F1", "A1"), $"ZDS|{Uid}", "ORC|NW||F2", Obr("F2", ""), "ORC|NW||F3", Obr("F3", "A1"), $"ZDS|{OtherUid}");

        Assert.Equal([Uid, null, OtherUid], units.Select(unit => unit.Identity.StudyInstanceUid));
    }

    [Fact]
    public void GivenGroupsWithTheSameAccessionNumber_WhenNoneHasAUid_ThenTheyAreOneUnit()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|SC||F1||SC", Obr("F1", "A1"), "ORC|SC||F2||SC", Obr("F2", "A1^2.16.840.1.113883.19.10"));

        Assert.Equal([1, 2], unit.Groups);
    }

    [Fact]
    public void GivenStepsOfOneFillerNumberOnly_WhenOneIsCancelled_ThenTheirProcedureIsNot()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|CA|P1|F1^RIS", Obr("F1^RIS", ""), "ORC|SC|P1|F1^RIS-OLD||SC", Obr("F1^RIS-OLD", ""));

        Assert.Equal([1, 2], unit.Groups);
        Assert.Equal(Signal.Active, unit.Procedures.Single().Signal);
    }

    [Fact]
    public void GivenOnlyAPlacerNumberInCommon_WhenMapped_ThenTheGroupsStayApart()
    {
        var units = Units(Ris, "ORM^O01", "ORC|NW|P1", "OBR|1|P1", "ORC|NW|P1", "OBR|2|P1");

        Assert.Equal([1, 2], units.Select(unit => unit.Number));
    }

    [Fact]
    public void GivenASecondObrUnderTheSameOrc_WhenMapped_ThenItIsAGroupThatInheritsIt()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|CA||F0", "OBR|1||F1", "OBR|2||F2");

        Assert.Equal([1, 2], unit.Groups); // ORC-3 counts: both are F0.
        Assert.Equal(Signal.Cancel, unit.Procedures.Single().Signal);
        Assert.Equal("filler:F0", unit.Procedures.Single().Key);
    }

    [Fact]
    public void GivenTwoPatientsInOneMessage_WhenMapped_ThenNothingOfTheFirstCarriesOver()
    {
        var units = Units(
            Ris, "ORU^R01", "PID|1||P1", "PV1|1|I", "ORC|CA||F1", Obr("F1", "A1"), "PID|2||P2", Obr("F1", "A1") + "|||||||F", $"OBX|1|ST|113014||{Uid}");

        Assert.Equal(["#P1", "#P2"], units.Select(unit => unit.PatientKeys.Single().Value));
        Assert.Equal([Signal.Cancel, Signal.None], units.Select(unit => unit.Procedures.Single().Signal));
        Assert.Equal([null, Uid], units.Select(unit => unit.Identity.StudyInstanceUid));
    }

    [Fact]
    public void GivenALaboratorySection_WhenMapped_ThenThatGroupAloneIsIgnored()
    {
        var units = Units(Ris, "ORM^O01", "ORC|NW||F1", Segment("OBR", (3, "F1"), (24, "LAB")), "ORC|NW||F2", Segment("OBR", (3, "F2"), (24, "RAD")));

        Assert.Equal(["not-imaging", null], units.Select(unit => unit.IgnoredReason));
    }

    [Fact]
    public void GivenSectionsOfTheSource_WhenMapped_ThenTheyReplaceTheDefault()
    {
        var source = Ris with { ExcludeSections = ["CUS"] };

        var units = Units(source, "ORM^O01", "ORC|NW||F1", Segment("OBR", (3, "F1"), (24, "LAB")), "ORC|NW||F2", Segment("OBR", (3, "F2"), (24, "CUS")));

        Assert.Equal([null, "not-imaging"], units.Select(unit => unit.IgnoredReason));
    }

    [Fact]
    public void GivenARequestOfThePlacerAndAChange_WhenMapped_ThenOnlyTheRequestIsIgnored()
    {
        var units = Units(Ehr, "ORM^O01", "ORC|CA||F1", Obr("F1", "A1"), "ORC|XO||F2||SC", Obr("F2", "A1"));

        Assert.Equal(["request-not-confirmed", null], units.Select(unit => unit.IgnoredReason));
    }

    [Fact]
    public void GivenACancel_WhenMapped_ThenStatusReasonAndLifecycleAreAllThatIsRead()
    {
        var unit = Unit(
            Ris, "ORM^O01", "PID|1||P1", "PV1|1|I|4W",
            Segment("ORC", (1, "OC"), (3, "F1"), (7, "^^^20260303^^S"), (16, "DUP^Duplicate")),
            Segment("OBR", (3, "F1"), (4, "CT^CT Chest"), (5, "\"\""), (18, "\"\""), (24, "CT"), (32, "R1"), (36, "20260303")), "TQ1|1||||||||S");

        var procedure = Assert.Single(unit.Procedures);
        Assert.Equal(Signal.Cancel, procedure.Signal);
        Assert.Empty(procedure.Facts);
        Assert.Equal(
            [new("ris.orderStatus", new Asserted("CA", "ORC-1")), new("ris.statusReason", new Asserted("DUP", "ORC-16.1"))],
            unit.Metadata);
        Assert.Empty(unit.Warnings);
        Assert.False(unit.MayCreate);
    }

    [Theory]
    [InlineData("XO", "SC", null)]
    [InlineData("HD", "", "LABS")]
    public void GivenAReason_WhenMapped_ThenItIsKeptForCancelAndHoldOnly(string control, string status, string? expected)
    {
        var unit = Unit(Ris, "ORM^O01", Segment("ORC", (1, control), (3, "F1"), (5, status), (16, "LABS")));

        Assert.Equal(expected, unit.Metadata.GetValueOrDefault("ris.statusReason")?.Value);
    }

    [Fact]
    public void GivenAControlThatOnlyTellsNumbers_WhenMapped_ThenNothingButLinksIsAsserted()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|NA|P1^EHR|F1^RIS||SC", Obr("F1^RIS", "A1") + "||||||CT");

        Assert.Equal("A1", unit.Identity.Accession?.Value);
        Assert.Empty(unit.Procedures);
        Assert.Empty(unit.Metadata);
    }

    [Theory]
    [InlineData("NW", true)]
    [InlineData("XO", true)]
    [InlineData("SC", false)]
    [InlineData("CA", false)]
    public void GivenAnUnknownStudy_WhenMapped_ThenOnlySomeControlsMayCreateIt(string control, bool may)
    {
        var unit = Unit(Ris, "ORM^O01", $"ORC|{control}||F1||", "OBR|1||F1|CT^CT Chest", $"ZDS|{Uid}");

        Assert.Equal(may, unit.MayCreate);
        Assert.Equal(may ? "org_north" : null, unit.OrgIdAtCreation);
    }

    [Theory]
    [InlineData("ORC|NW||F1", "OBR|1||F1|CT^CT Chest", "")] // No UID.
    [InlineData("ORC|NW||F1", "OBR|1||F1|CT", "ZDS|2.25.1")] // No description.
    [InlineData("ORC|NW||F1||CA", "OBR|1||F1|CT^CT Chest", "ZDS|2.25.1")] // Cancelled by its status.
    [InlineData("ORC|NW||F1", "OBR|1||F1|CT^CT Chest", "ZDS|1.02.3")] // A UID that is none finds, but never creates.
    public void GivenWhatAStudyNeedsIsMissing_WhenMapped_ThenNoneIsCreated(string orc, string obr, string zds)
    {
        Assert.False(Unit(Ris with { LenientUid = true }, "ORM^O01", orc, obr, zds).MayCreate);
    }

    [Theory]
    [InlineData("Somebody^^17^^^^^^^4711", "", "org_west")]
    [InlineData("WEST", "", "org_west")]
    [InlineData("Somebody^^17", "4W^^^NORTH&1.2&ISO", "org_north")]
    [InlineData("Somebody", "4W^^^EAST", null)]
    public void GivenOrganizationFields_WhenAStudyMayBeCreated_ThenTheFirstKnownOneCounts(string orderer, string location, string? expected)
    {
        var source = Ris with { OrgFields = ["ORC-21", "PV1-3.4"] };

        var unit = Unit(
            source, "ORM^O01", "PID|1||P1", Segment("PV1", (3, location)), Segment("ORC", (1, "NW"), (3, "F1"), (21, orderer)),
            "OBR|1||F1|CT^CT Chest", $"ZDS|{Uid}");

        Assert.Equal(expected, unit.OrgIdAtCreation);
        Assert.Equal(expected is null, unit.OrgNotFound);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "final")]
    public void GivenACompletedOrder_WhenTheSourceMeansRead_ThenTheResultIsFinal(bool meansRead, string? expected)
    {
        var unit = Unit(Ris with { OrderCompleteMeansRead = meansRead }, "ORM^O01", "ORC|SC||F1||CM", "OBR|1||F1");

        Assert.Equal(expected, unit.Procedures.Single().Facts.GetValueOrDefault("result")?.Value);
    }

    [Theory]
    [InlineData("F1^RIS-OLD", "RP1", "P1^EHR", "filler:F1^RIS")] // The first name of the issuer.
    [InlineData("", "RP1", "P1^EHR", "rp:RP1")]
    [InlineData("", "", "P1^EHR", "placer:P1^EHR")]
    [InlineData("", "", "", "group:1")]
    public void GivenTheNumbersOfAGroup_WhenMapped_ThenTheStrongestIsTheProcedureKey(string filler, string requested, string placer, string expected)
    {
        var unit = Unit(Ris, "ORM^O01", $"ORC|XO|{placer}|{filler}||SC", Segment("OBR", (18, "A1"), (19, requested)));

        Assert.Equal(expected, unit.Procedures.Single().Key);
    }

    [Fact]
    public void GivenNoNumberAtAll_WhenMapped_ThenTheUnitIsRejected()
    {
        Assert.Equal("IDN-001", Unit(Ris, "ORM^O01", "ORC|XO||||SC", "OBR|1|||CT^CT Chest").Rejection?.Code);
    }

    private static string Obr(string filler, string accession) => Segment("OBR", (3, filler), (18, accession));
}
