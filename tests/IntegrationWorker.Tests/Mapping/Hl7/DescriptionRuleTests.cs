using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>What an examination is called, and the codes beside it. docs/mapping.md §2.1, §3.3, §3.8, §4.1.</summary>
public sealed class DescriptionRuleTests
{
    [Theory]
    [InlineData("", "70450^CT Head^C4", "CT Head", "OBR-4.2")]
    [InlineData("", "70450^^C4^X^CT Head step^L", "CT Head step", "OBR-4.5")]
    [InlineData("", "70450^^C4^^^^^^CT Head as sent", "CT Head as sent", "OBR-4.9")]
    [InlineData("70450^CT Head^C4", "S1^Step 1^L", "CT Head", "OBR-44.2")] // The requested procedure before the step.
    [InlineData("70450", "S1^Step 1^L", "Step 1", "OBR-4.2")]
    [InlineData("\"\"", "S1^Step 1^L", "Step 1", "OBR-4.2")] // A value anywhere is stronger than a null before it.
    [InlineData("X^\"\"", "S1^Step 1^L", "Step 1", "OBR-4.2")]
    [InlineData("", "X^\"\"^L^^Step 1", "Step 1", "OBR-4.5")]
    public void GivenSeveralNames_WhenMapped_ThenTheFirstTextOfTheListCounts(string obr44, string obr4, string description, string location)
    {
        var unit = Of(Ris, obr44, obr4);

        Assert.Equal(new Asserted(description, location), unit.Procedures.Single().Facts["description"]);
        Assert.Empty(unit.Warnings);
    }

    [Theory]
    [InlineData("\"\"", "", "PRS-101 OBR-44")]
    [InlineData("\"\"", "\"\"", "PRS-101 OBR-44")]
    [InlineData("", "\"\"", "PRS-101 OBR-4")]
    [InlineData("", "X^\"\"", "PRS-101 OBR-4.2")]
    [InlineData("X^\"\"", "\"\"", "PRS-101 OBR-44.2")]
    public void GivenANullAndNoText_WhenMapped_ThenItIsToldOnce(string obr44, string obr4, string warning)
    {
        var unit = Of(Ris, obr44, obr4);

        Assert.DoesNotContain("description", unit.Procedures.Single().Facts);
        Assert.Equal([warning], Codes(unit));
    }

    [Theory]
    [InlineData("70450", "S1", "70450", "OBR-44")] // A code without system is written without a bar.
    [InlineData("^CT Head", "S1^Step 1^L", "S1|L", "OBR-4")]
    [InlineData("70450^^C4", "S1^^L", "70450|C4", "OBR-44")]
    public void GivenACode_WhenMapped_ThenItsSystemStandsBesideIt(string obr44, string obr4, string expected, string location) =>
        Assert.Equal(new Asserted(expected, location), Of(Ris, obr44, obr4).Procedures.Single().Facts["ris.procedureCode"]);

    [Theory]
    [InlineData("OBR-4", "CT Head", "CT Head")] // A whole field is read as its first component.
    [InlineData("OBR-4", "CT Head^70450^C4", "CT Head")]
    [InlineData("OBR-4.3", "70450^^CT & MR Head", "CT & MR Head")] // An ampersand that nobody escaped is no delimiter here.
    public void GivenAFieldOfTheSource_WhenMapped_ThenItIsTheDescription(string setting, string obr4, string expected) =>
        Assert.Equal(expected, Of(Ris with { DescriptionFields = [setting] }, "", obr4).Procedures.Single().Facts["description"].Value);

    [Theory]
    [InlineData("OBR-20", "2.25.77")]
    [InlineData("OBR-20", "2.25.77^RIS^Application^DICOM")] // A whole field is read as its first component.
    [InlineData("OBR-20.2", "X^urn:oid:2.25.77")]
    public void GivenAUidFieldOfTheSource_WhenMapped_ThenItNamesTheStudy(string setting, string obr20)
    {
        string[] segments = ["ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (20, obr20))];

        Assert.Equal("2.25.77", Unit(Ris with { UidFields = [setting] }, "ORM^O01", segments).Identity.StudyInstanceUid);
        Assert.Null(Unit(Ris, "ORM^O01", segments).Identity.StudyInstanceUid);
        Assert.Equal("IDN-005", Unit(Ris with { UidFields = [setting] }, "ORM^O01", [.. segments, $"ZDS|{Uid}"]).Rejection?.Code);
    }

    [Theory]
    [InlineData(19, "ZDS|")]
    [InlineData(25, "ZDS|")]
    public void GivenManyUids_WhenTheyContradictEachOther_ThenTwentyAreTold(int count, string segment)
    {
        string[] segments = ["ORC|XO||F1||SC", "OBR|1||F1", .. Enumerable.Range(1, count).Select(number => $"{segment}1.2.{number}"), segment + "1.2.1", segment];

        var told = Assert.IsType<List<string>>(Unit(Ris, "ORM^O01", segments).Rejection!.Details!["values"]);

        Assert.Equal(Enumerable.Range(1, Math.Min(count, 20)).Select(number => $"1.2.{number}"), told);
    }

    [Theory]
    [InlineData("Study Instance UID", true)]
    [InlineData("studyinstanceuid", true)]
    [InlineData("S t u d y I n s t a n c e U I D", true)]
    [InlineData("DICOM Study", true)]
    [InlineData("Study Instance UIDs of the whole examination", false)]
    [InlineData("Study", false)]
    public void GivenTheNameOfAnObservation_WhenMapped_ThenCaseAndBlanksDoNotCount(string name, bool isUid)
    {
        string[] segments = ["OBR|1||F1", $"OBX|1|ST|{name}||{Uid}"];

        Assert.Equal(isUid ? Uid : null, Unit(Ris, "ORU^R01", [.. segments, "OBX|2|TX|GDT||text||||||F"]).Identity.StudyInstanceUid);
        Assert.Equal(isUid ? Uid : null, Unit(Ris, "ORU^R01", [segments[0], $"OBX|1|ST|X^{name}||{Uid}", "OBX|2|TX|GDT||text||||||F"]).Identity.StudyInstanceUid);
    }

    [Theory]
    [InlineData("", "CT", "CT", "OBR-24", true)]
    [InlineData("MR", "CT", "MR", "IPC-5", true)]
    [InlineData("MR^Magnetic resonance", "", "MR", "IPC-5", true)]
    [InlineData("", "RAD", null, "", false)] // Not a modality: nothing is said.
    [InlineData("\"\"", "CT", "CT", "OBR-24", true)]
    [InlineData("\"\"", "", null, "IPC-5", true)]
    [InlineData("\"\"", "RAD", null, "IPC-5", true)] // A section says nothing of a modality, so the null is all that is said.
    [InlineData("", "\"\"", null, "OBR-24", true)]
    [InlineData("\"\"", "\"\"", null, "IPC-5", true)]
    public void GivenAModality_WhenMapped_ThenTheStepSaysItBeforeTheSection(string ipc5, string obr24, string? modality, string location, bool says)
    {
        var facts = Unit(Ris, "OMI^O23", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (24, obr24)), Segment("IPC", (5, ipc5)), "IPC|1").Procedures.Single().Facts;

        Assert.Equal(says ? new Asserted(modality, location) : null, facts.GetValueOrDefault("ris.modality"));
    }

    [Fact]
    public void GivenAStepWithoutARequest_WhenMapped_ThenItsModalityIsRead() =>
        Assert.Equal("MR", Unit(Ris, "OMI^O23", "ORC|XO||F1||SC", Segment("IPC", (5, "MR"))).Procedures.Single().Facts["ris.modality"].Value);

    [Theory]
    [InlineData("A1", "", "A1", null)]
    [InlineData("", "A2", "A2", null)]
    [InlineData("\"\"", "A2", "A2", null)]
    [InlineData("\"\"", "\"\"", null, "PRS-102 IPC-1")] // The first place is told.
    [InlineData("\"\"", "", null, "PRS-102 IPC-1")]
    [InlineData("", "\"\"", null, "PRS-102 OBR-18")]
    public void GivenAnAccessionNumberOrANull_WhenMapped_ThenTheFirstValueCounts(string ipc1, string obr18, string? accession, string? warning)
    {
        var unit = Unit(Ris, "OMI^O23", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (18, obr18)), Segment("IPC", (1, ipc1)));

        Assert.Equal(accession, unit.Identity.Accession?.Value);
        Assert.Equal(warning is null ? [] : [warning], Codes(unit));
    }

    [Fact]
    public void GivenNoFacilityInTheHeader_WhenANumberHasNoIssuer_ThenItHasNone()
    {
        var body = System.Text.Encoding.ASCII.GetBytes("MSH|^~\\&|RIS||||20260302095500-0600||ORM^O01|C1|P|2.5\rPID|1||P1\rORC|XO||F1\r" + Segment("OBR", (3, "F1"), (18, "A1")));

        var unit = IntegrationWorker.Mapping.Hl7.Hl7Reader.Read(Inbound(body), Rules(Ris with { SendingFacility = null }), Hash).Parts[0].Units[0];

        Assert.Equal((null, null), (unit.Identity.Accession!.Issuer, unit.PatientKeys.Single().Issuer));
    }

    [Fact]
    public void GivenASourceWithoutAnOrganization_WhenItCreates_ThenTheStudyHasNone()
    {
        string[] segments = ["ORC|NW||F1||SC", "OBR|1||F1|X^CT", $"ZDS|{Uid}"];

        Assert.Null(Unit(Ris with { OrgIds = [] }, "ORM^O01", segments).OrgIdAtCreation);
        Assert.Equal("org_b", Unit(Ris with { OrgIds = ["org_b", "org_a"] }, "ORM^O01", segments).OrgIdAtCreation);
    }

    [Theory]
    [InlineData("PV1-3.4", "4W^1^1^X&4711&ISO", "org_west")] // HD: namespace, else universal id.
    [InlineData("PV1-3.4", "4W^1^1^X&Y&WEST", null)] // Its third part is a type.
    [InlineData("PV1-39", "WEST&X", "org_west")]
    [InlineData("PV1-39", "X^4711", "org_west")]
    public void GivenAFieldThatNamesAnOrganization_WhenAStudyMayBeCreated_ThenNamespaceAndIdAreTried(string setting, string sent, string? orgId)
    {
        var source = Ris with { OrgFields = [setting] };
        var visit = setting == "PV1-39" ? Segment("PV1", (39, sent)) : Segment("PV1", (3, sent));

        Assert.Equal(orgId, Unit(source, "ORM^O01", visit, "ORC|NW||F1||SC", "OBR|1||F1|X^CT", $"ZDS|{Uid}").OrgIdAtCreation);
    }

    [Theory]
    [InlineData("A1^EXAMPLE^ALPHA", "B1^EXAMPLE^BETA", "EXAMPLE^ALPHA")]
    [InlineData("", "B1^EXAMPLE^BETA", "EXAMPLE^BETA")]
    public void GivenWhoOrdered_WhenTheSourceKeepsIt_ThenTheRequestSaysItBeforeTheOrder(string obr16, string orc12, string expected)
    {
        var source = Ris with { MetadataKeys = new Dictionary<string, string> { ["ris.orderingProvider"] = "for the test" } };

        var unit = Unit(source, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (12, orc12)), Segment("OBR", (3, "F1"), (16, obr16)));

        Assert.Equal(expected, unit.Metadata["ris.orderingProvider"].Value);
    }

    [Fact]
    public void GivenPatientKeysThatASourceKeeps_WhenThePatientChanges_ThenTheyAreRead()
    {
        var source = Ris with { MetadataKeys = new Dictionary<string, string> { ["patient.sex"] = "for the test", ["visit.number"] = "for the test" } };

        var unit = Unit(source, "ADT^A31", "PID|1||P1|||||F", Segment("PV1", (19, "V1")));

        Assert.Equal([("patient.sex", "F"), ("visit.number", "V1")], unit.Metadata.Select(pair => (pair.Key, pair.Value.Value)).Order());
    }

    private static UnitUpdate Of(Source source, string obr44, string obr4) =>
        Unit(source, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (4, obr4), (44, obr44)));
}
