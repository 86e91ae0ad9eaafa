using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>Numbers and their issuers. docs/mapping.md §2.1–§2.3, §3.7.</summary>
public sealed class IdentityRuleTests
{
    [Theory]
    [InlineData("F1^RIS", "F1^RIS", "F1^RIS", false)]
    [InlineData("F1", "F1^RIS", "F1^RIS", false)] // Equal values of which one has no issuer do not disagree.
    [InlineData("F1^RIS", "F1", "F1^RIS", false)]
    [InlineData("F1^RIS", "F1^RIS-OLD", "F1^RIS", false)] // Two names of one issuer.
    [InlineData("F1^RIS", "F1^WEST", "F1^RIS", true)]
    [InlineData("F1^RIS", "F2^RIS", "F1^RIS", true)]
    [InlineData("", "F2^RIS", "F2^RIS", false)]
    [InlineData("F1^^1.2.3^ISO", "", "F1^1.2.3", false)]
    [InlineData("F1", "", "F1^HOME", false)]
    public void GivenNumbersInOrcAndObr_WhenRead_ThenOrcCounts(string orc, string obr, string expected, bool isTold)
    {
        var unit = Unit(Ris with { FillerIssuer = "HOME" }, "ORM^O01", $"ORC|XO||{orc}||SC", $"OBR|1||{obr}", $"ZDS|{Uid}");

        Assert.Equal(expected, $"{unit.Identity.Filler!.Value}^{unit.Identity.Filler.Issuer}");
        Assert.Equal(isTold ? ["HL7-103"] : [], unit.Warnings.Select(warning => warning.Code));
    }

    [Theory]
    [InlineData("A1^WEST", "ELSEWHERE", "WEST")]
    [InlineData("A1^^1.2.3", "ELSEWHERE", "1.2.3")]
    [InlineData("A1", "ELSEWHERE", "ELSEWHERE")]
    [InlineData("A1", null, "NORTH")] // MSH-4
    public void GivenAnAccessionNumber_WhenRead_ThenItsIssuerIsTheNearest(string sent, string? setting, string expected)
    {
        var unit = Unit(Ris with { AccessionIssuer = setting }, "ORM^O01", "ORC|XO||F1^RIS||SC", Segment("OBR", (1, "1"), (18, sent)));

        Assert.Equal(new Identifier("A1", expected), unit.Identity.Accession);
    }

    [Theory]
    [InlineData("1.2.840.10008", true)]
    [InlineData("1.0.3", true)]
    [InlineData("2.25.329800735698586629295641978511506172918", true)]
    [InlineData("1", false)]
    [InlineData("1.02", false)]
    [InlineData("1..2", false)]
    [InlineData(".1.2", false)]
    [InlineData("1.2.", false)]
    [InlineData("1.2a.3", false)]
    [InlineData("", false)]
    public void GivenAUid_WhenChecked_ThenItIsValidAsDicomSays(string uid, bool isValid) => Assert.Equal(isValid, DicomUid.IsValid(uid));

    [Fact]
    public void GivenTheLongestUid_WhenOneDigitIsAdded_ThenItIsNotValid()
    {
        var longest = "1." + new string('2', DicomUid.LengthMax - 2);

        Assert.True(DicomUid.IsValid(longest));
        Assert.False(DicomUid.IsValid(longest + "3"));
    }

    [Theory]
    [InlineData("urn:oid:2.25.5", "2.25.5")]
    [InlineData("URN:OID:2.25.5", "2.25.5")]
    [InlineData("2.25.5", "2.25.5")]
    public void GivenAUidWithAPrefix_WhenRead_ThenThePrefixIsGone(string sent, string uid) =>
        Assert.Equal(uid, Unit(Ris, "ORM^O01", "ORC|XO||F1^RIS||SC", "OBR|1", $"ZDS|{sent}^RIS").Identity.StudyInstanceUid);

    [Theory]
    [InlineData("ORC-21", "X^^X^^^^^^^WEST", "org_west")] // XON.10, then .3, then .1.
    [InlineData("ORC-21", "X^^4711", "org_west")]
    [InlineData("ORC-21", "WEST", "org_west")]
    [InlineData("ORC-21.3", "NORTH^^WEST", "org_west")]
    [InlineData("ORC-21", "Nobody", null)]
    [InlineData("PV1-3.4", "4W^1^1^WEST&1.2&ISO", "org_west")]
    public void GivenAFieldOfTheOrganization_WhenRead_ThenTheDirectorySaysWhich(string setting, string sent, string? orgId)
    {
        var source = Ris with { OrgIds = ["org_north", "org_west"], OrgFields = [setting] };
        var inOrder = setting.StartsWith("ORC", StringComparison.Ordinal);

        var unit = Unit(source, "ORM^O01",
            inOrder ? "PV1|1|O" : $"PV1|1|O|{sent}", Segment("ORC", (1, "NW"), (3, "F1^RIS"), (21, inOrder ? sent : "")), "OBR|1||F1^RIS|X^CT^RIS", $"ZDS|{Uid}");

        Assert.Equal((orgId is null, orgId), (unit.OrgNotFound, unit.OrgNotFound ? null : unit.OrgIdAtCreation));
    }

    [Theory]
    [InlineData("hl7/RIS/NORTH/17", "hl7/RIS/NORTH/17")]
    [InlineData("hl7/RIS/NORTH/17~2", "hl7/RIS/NORTH/17")]
    [InlineData("hl7/RIS/NORTH/17~12", "hl7/RIS/NORTH/17")]
    [InlineData("hl7/RIS/NORTH/17~", "hl7/RIS/NORTH/17~")]
    [InlineData("hl7/RIS/NORTH/17~x2", "hl7/RIS/NORTH/17~x2")]
    [InlineData("~2", "~2")]
    public void GivenAKey_WhenItsGenerationIsTakenAway_ThenItIsTheBase(string key, string expected) => Assert.Equal(expected, MessageKeys.BaseOf(key));

    [Theory]
    [InlineData("AZaz09-._", "AZaz09-._")]
    [InlineData("a/b c~2", "a%2Fb%20c%7E2")]
    public void GivenAPartOfAKey_WhenEscaped_ThenNothingInItLooksLikeOurs(string part, string expected) => Assert.Equal(expected, MessageKeys.Escape(part));

    [Fact]
    public void GivenWarnings_WhenAdded_ThenEachStandsOnceAndAHundredAreEnough()
    {
        List<Notice> notices = [];
        notices.AddOnce(Notice.Of("A-101"));
        notices.AddOnce(Notice.Of("A-101"));
        notices.AddOnce(Notice.Of("A-101", "location", "OBR-5"));
        notices.AddOnce(Notice.Of("A-101", "location", "OBR-5"));
        notices.AddOnce(Notice.Of("A-101", "location", "OBR-6"));
        notices.AddOnce(Notice.Of("B-101", "location", "OBR-6"));
        notices.AddOnce(Notice.Of("B-101", "location", "OBR-6", "value", "x"));
        Assert.Equal(5, notices.Count);

        for (var number = 0; number < 200; number++)
        {
            notices.AddOnce(Notice.Of("C-101", "value", number));
        }

        Assert.Equal(100, notices.Count);
    }

    [Fact]
    public void GivenATimingBetweenOrderAndRequest_WhenTwoRequestsFollow_ThenItIsBoths()
    {
        var units = Units(Ris, "OMG^O19", "ORC|XO||||SC", "TQ1|1||||||||S", "OBR|1||F1^RIS|X^CT^RIS", "OBR|2||F2^RIS|Y^MR^RIS", "TQ1|1||||||||A",
            "ORC|XO||||SC", "OBR|3||F3^RIS|Z^US^RIS");

        Assert.Equal(["stat", "stat", null], units.Select(unit => unit.Procedures.Single().Facts.GetValueOrDefault(ProcedureFacts.Severity)?.Value));
    }
}
