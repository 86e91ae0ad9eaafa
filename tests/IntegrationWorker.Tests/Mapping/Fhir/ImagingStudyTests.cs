using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Mapping.Fhir;

/// <summary>The elements of an ImagingStudy, one rule each. docs/mapping.md §3.10, §4.4.</summary>
public sealed class ImagingStudyTests
{
    [Theory]
    [InlineData("registered", "Active", "registered")]
    [InlineData("available", "Active", "available")]
    [InlineData("cancelled", "Cancel", "cancelled")]
    [InlineData("entered-in-error", "Cancel", "entered-in-error")]
    [InlineData("unknown", "None", null)] // The server does not know: what it knew before stays.
    public void GivenAStatus_WhenMapped_ThenItIsASignalAndAKey(string status, string signal, string? key)
    {
        var unit = FhirSending.Unit($"\"status\":\"{status}\"");

        Assert.Equal(signal, unit.Signal.ToString());
        Assert.Equal(key, unit.Metadata.GetValueOrDefault("fhir.status")?.Value);
        Assert.Equal(status == "entered-in-error", unit.EnteredInError);
        Assert.Equal(key is null, unit.UnknownKeys?.Contains("fhir.status") == true);
        Assert.Empty(unit.Warnings);
    }

    [Fact]
    public void GivenAStatusOfNoTable_WhenMapped_ThenItIsToldAndTheKeyStays()
    {
        var unit = FhirSending.Unit("\"status\":\"finished\"");

        Assert.Equal(["MAP-103 ImagingStudy.status"], FhirSending.Codes(unit));
        Assert.Equal(Signal.None, unit.Signal);
        Assert.Equal(["fhir.status"], unit.UnknownKeys);
    }

    [Theory]
    [InlineData("""{"system":"urn:dicom:uid","value":"urn:oid:1.2.3"}""", "1.2.3")]
    [InlineData("""{"system":"urn:dicom:uid","value":" 1.2.3 "}""", "1.2.3")] // Bare values are in use.
    [InlineData("""{"system":"urn:ietf:rfc:3986","value":"urn:oid:1.2.3"}""", "1.2.3")]
    [InlineData("""{"system":"urn:ietf:rfc:3986","value":"urn:oid:1.2.4"},{"system":"urn:dicom:uid","value":"1.2.3"}""", "1.2.3")]
    [InlineData("""{"system":"urn:dicom:uid","value":"1.2.3"},{"system":"urn:dicom:uid","value":"urn:oid:1.2.3"}""", "1.2.3")]
    public void GivenIdentifiers_WhenMapped_ThenTheUidIsFound(string identifiers, string uid)
    {
        var unit = UnitWith(identifiers);

        Assert.Equal(uid, unit.Identity.StudyInstanceUid);
        Assert.Null(unit.Rejection);
    }

    [Theory]
    [InlineData("""{"system":"urn:dicom:uid","value":"1.2.3"},{"system":"urn:dicom:uid","value":"1.2.4"}""", "IDN-005")]
    [InlineData("""{"system":"urn:dicom:uid","value":"1.02.3"}""", "IDN-004")]
    [InlineData("""{"system":"urn:dicom:uid","value":"not a uid"}""", "IDN-004")]
    public void GivenUidsThatCannotBeUsed_WhenMapped_ThenTheUnitIsRejected(string identifiers, string code) =>
        Assert.Equal(code, UnitWith(identifiers).Rejection?.Code);

    [Fact]
    public void GivenALenientSource_WhenTheUidIsNoUid_ThenItMayFindButNotCreate()
    {
        var source = FhirSending.Pacs with { LenientUid = true, FhirCreates = true };
        var body = """
            {"resourceType":"ImagingStudy","id":"1","description":"CT","status":"available","identifier":[{"system":"urn:dicom:uid","value":"1.02.3"}]}
            """;

        var unit = FhirSending.Read(source, body).Parts.Single().Units.Single();

        Assert.Null(unit.Rejection);
        Assert.Equal("1.02.3", unit.Identity.StudyInstanceUid);
        Assert.False(unit.MayCreate);
    }

    [Fact]
    public void GivenNoIdentifierAndNoId_WhenMapped_ThenItNamesNoStudy() =>
        Assert.Equal(
            "IDN-001",
            FhirSending.Read("""{"resourceType":"ImagingStudy","status":"available"}""").Parts.Single().Units.Single().Rejection?.Code);

    [Theory]
    [InlineData("""{"type":{"coding":[{"code":"ACSN"}]},"system":"https://north.example.org","value":"A1"}""", "", "https://north.example.org")]
    [InlineData("""{"type":{"coding":[{"code":"ACSN"}]},"value":"A1"}""", "", "NORTH")] // The issuer of the source.
    [InlineData(
        """{"system":"urn:dicom:uid","value":"1.2.3"}""",
        ""","basedOn":[{"identifier":{"type":{"coding":[{"code":"ACSN"}]},"system":"urn:x","value":"A1"}}]""",
        "urn:x")]
    public void GivenAnAccessionNumber_WhenMapped_ThenItHasAnIssuer(string identifiers, string further, string issuer) =>
        Assert.Equal(new Identifier("A1", issuer), UnitWith(identifiers, further).Identity.Accession);

    [Theory]
    [InlineData("routine", "normal")]
    [InlineData("urgent", "high")]
    [InlineData("asap", "high")]
    [InlineData("STAT", "stat")]
    public void GivenAContainedRequest_WhenMapped_ThenItsPriorityIsTheSeverity(string priority, string severity)
    {
        var unit = FhirSending.Unit(
            $$"""
            "contained":[{"resourceType":"ServiceRequest","id":"r1","priority":"{{priority}}"}],"basedOn":[{"reference":"#r1"}]
            """);

        Assert.Equal(new Asserted(severity, "ServiceRequest.priority"), unit.Fields[FieldNames.Severity]);
    }

    [Fact]
    public void GivenSeveralRequests_WhenMapped_ThenTheMostUrgentCountsAndAnUnknownOneIsTold()
    {
        var unit = FhirSending.Unit(
            """
            "contained":[{"resourceType":"ServiceRequest","id":"a","priority":"routine"},{"resourceType":"ServiceRequest","id":"b","priority":"urgent"},
                         {"resourceType":"ServiceRequest","id":"c","priority":"whenever"},{"resourceType":"ServiceRequest","id":"d","priority":"stat"}],
            "basedOn":[{"reference":"#a"},{"reference":"#b"},{"reference":"#c"}]
            """);

        Assert.Equal("high", unit.Fields[FieldNames.Severity].Value); // d is contained, but nothing is based on it.
        Assert.Equal(["MAP-101 ServiceRequest.priority"], FhirSending.Codes(unit));
    }

    [Theory]
    [InlineData("""[{"code":"CT"},{"code":"SR"},{"code":"CT"}]""", "[]", "CT,SR", "ImagingStudy.modality")]
    [InlineData("[]", """[{"modality":{"code":"MR"}},{"modality":{"code":"KO"}}]""", "MR,KO", "ImagingStudy.series.modality")]
    [InlineData("""[{"code":"CT"}]""", """[{"modality":{"code":"MR"}}]""", "CT", "ImagingStudy.modality")]
    public void GivenModalities_WhenMapped_ThenTheyAreJoined(string modality, string series, string joined, string location)
    {
        var unit = FhirSending.Unit($"\"modality\":{modality},\"series\":{series}");

        Assert.Equal(new Asserted(joined, location), unit.Metadata["fhir.modality"]);
    }

    [Fact]
    public void GivenADescription_WhenMapped_ThenItIsCleanAndFits()
    {
        var unit = FhirSending.Unit("\"description\":\" CT\\r\\n\\tHead \"");
        var blank = FhirSending.Unit("\"description\":\"  \"");
        var large = FhirSending.Unit($"\"description\":\"{new string('x', 1001)}\"");

        Assert.Equal(new Asserted("CT Head", "ImagingStudy.description"), unit.Fields[FieldNames.StudyDescription]);
        Assert.Empty(blank.Fields);
        Assert.Equal(1000, large.Fields[FieldNames.StudyDescription].Value!.Length);
        Assert.Equal(["LIM-104"], FhirSending.Codes(large));
    }

    [Fact]
    public void GivenAStart_WhenMapped_ThenItIsKeptAsSent()
    {
        var unit = FhirSending.Unit("\"started\":\"2026-03-02T09:20:00-06:00\"");
        var unreadable = FhirSending.Unit("\"started\":\"yesterday\"");

        Assert.Equal("2026-03-02T09:20:00-06:00", unit.Metadata["fhir.started"].Value);
        Assert.Equal(["MAP-106 ImagingStudy.started"], FhirSending.Codes(unreadable));
        Assert.Equal(["fhir.started"], unreadable.UnknownKeys);
    }

    [Fact]
    public void GivenElementsWhoseValueIsUnknown_WhenMapped_ThenTheirKeysAreKept()
    {
        const string unknown = """{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}""";
        var unit = FhirSending.Unit($"\"_started\":{unknown},\"_status\":{unknown},\"modality\":[{unknown}]");

        Assert.Equal(["fhir.modality", "fhir.started", "fhir.status"], unit.UnknownKeys!.Order());
        Assert.Equal("fhir.", unit.SnapshotPrefix);
    }

    [Fact]
    public void GivenTheCodeOfAModalityIsUnknown_WhenMapped_ThenTheKeyIsKept() =>
        Assert.Equal(
            ["fhir.modality"],
            FhirSending.Unit(
                """
                "series":[{"modality":{"_code":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}}}]
                """).UnknownKeys);

    [Fact]
    public void GivenTestData_WhenMapped_ThenItIsIgnored()
    {
        var part = FhirSending.Read("""{"resourceType":"ImagingStudy","id":"1","meta":{"security":[{"code":"HTEST"}]}}""").Parts.Single();

        Assert.Equal("test-data", part.IgnoredReason);
        Assert.Empty(part.Units);
    }

    [Theory]
    [InlineData("""{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":"9000000002"}}""", "usr_two", null)]
    [InlineData("""{"reference":"Practitioner/R1"}""", "usr_one", null)]
    [InlineData("""{"display":"Reader One"},{"reference":"Practitioner/R1"}""", "usr_one", null)] // A name finds nobody.
    [InlineData("""{"display":"Reader One"}""", null, "DIR-101 ImagingStudy.interpreter")]
    [InlineData("""{"identifier":{"system":"urn:oid:2.16.840.1.113883.4.6","value":"9000000009"}}""", null, "DIR-102 ImagingStudy.interpreter")]
    [InlineData("""{"reference":"https://fhir.example.org/Practitioner/BOTH"}""", null, "DIR-103 ImagingStudy.interpreter")]
    public void GivenASourceThatAssigns_WhenAnInterpreterIsSent_ThenTheDirectoryDecides(string interpreters, string? userId, string? code)
    {
        var unit = FhirSending.Unit(FhirSending.Pacs with { FhirAssigns = true }, $"\"interpreter\":[{interpreters}]");

        Assert.Equal(userId, unit.Assignment?.UserId);
        Assert.Equal(code is null ? [] : [code], FhirSending.Codes(unit));
    }

    [Fact]
    public void GivenASourceThatDoesNotAssign_WhenAnInterpreterIsSent_ThenItIsNotRead()
    {
        var unit = FhirSending.Unit("\"interpreter\":[{\"reference\":\"Practitioner/R1\"}]");

        Assert.Null(unit.Assignment);
        Assert.Empty(unit.Warnings);
    }

    [Theory]
    [InlineData("available", "\"description\":\"CT\"", true)]
    [InlineData("available", "\"started\":\"2026\"", false)] // No description, no study.
    [InlineData("cancelled", "\"description\":\"CT\"", false)]
    public void GivenASourceThatMayCreate_WhenAResourceIsNew_ThenItMayCreateWhatCanBeRead(string status, string further, bool mayCreate)
    {
        var unit = FhirSending.Unit(FhirSending.Pacs with { FhirCreates = true }, $"\"status\":\"{status}\",{further}");

        Assert.Equal(mayCreate, unit.MayCreate);
        Assert.Equal("org_north", unit.OrgIdAtCreation);
    }

    [Fact]
    public void GivenCountsThatASourceKeeps_WhenMapped_ThenTheyAreKeys()
    {
        var keys = new Dictionary<string, string> { ["fhir.numberOfSeries"] = "for the test" };
        var unit = FhirSending.Unit(FhirSending.Pacs with { MetadataKeys = keys }, "\"numberOfSeries\":3,\"numberOfInstances\":400");

        Assert.Equal("3", unit.Metadata["fhir.numberOfSeries"].Value);
        Assert.DoesNotContain("fhir.numberOfInstances", unit.Metadata);
    }

    /// <summary>Only mapped fields may fail a message, and then the element is named.</summary>
    [Theory]
    [InlineData("\"endpoint\":\"nowhere\",\"subject\":42,\"note\":{\"a\":[]},\"series\":[{\"instance\":7}]")]
    [InlineData("\"\":1,\"modality\":[{\"\":1,\"code\":\"CT\"}]")] // A member without a name.
    [InlineData("\"procedureCode\":true,\"unheardOf\":{\"x\":1},\"location\":[[]]")]
    public void GivenDamageInWhatIsNotRead_WhenMapped_ThenTheRestIsUsed(string members)
    {
        var unit = FhirSending.Unit($"\"status\":\"available\",{members}");

        Assert.Equal("available", unit.Metadata["fhir.status"].Value);
    }

    private static UnitUpdate UnitWith(string identifiers, string further = "") =>
        FhirSending.Read($$"""{"resourceType":"ImagingStudy","id":"1","status":"available","identifier":[{{identifiers}}]{{further}}}""")
            .Parts.Single().Units.Single();
}
