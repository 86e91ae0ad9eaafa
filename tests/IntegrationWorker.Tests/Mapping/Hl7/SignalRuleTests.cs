using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>ORC-1 and ORC-5 → signal and ris.orderStatus, code by code. docs/mapping.md §1.3, §3.5.</summary>
public sealed class SignalRuleTests
{
    [Theory]
    [InlineData("AF CP DF FU LI MC OF OP PA PY RA RC RD RF SQ SS SU UN", "not-applicable-control")]
    [InlineData("UA UC UD UF UH UM UR UX DE", "negative-response")]
    public void GivenAControlThatIsNoOrder_WhenRead_ThenItIsIgnored(string controls, string reason) =>
        Assert.All(controls.Split(' '), control => Assert.Equal(reason, Of(Ris, control, "SC").IgnoredReason));

    [Theory]
    [InlineData("CA", "Cancel", "CA", true)]
    [InlineData("DC", "Cancel", "DC", true)]
    [InlineData("OC", "Cancel", "CA", false)]
    [InlineData("CR", "Cancel", "CA", false)]
    [InlineData("OD", "Cancel", "DC", false)]
    [InlineData("DR", "Cancel", "DC", false)]
    [InlineData("RU", "Cancel", "RP", false)]
    [InlineData("RQ", "Cancel", "RP", false)]
    [InlineData("HD", "Hold", "HD", true)]
    [InlineData("HR", "Hold", "HD", false)]
    [InlineData("OH", "Hold", "HD", false)]
    [InlineData("NW", "Active", null, false)]
    [InlineData("SN", "Active", null, false)]
    [InlineData("RO", "Active", null, false)]
    [InlineData("RP", "None", null, true)]
    [InlineData("RL", "None", null, true)]
    [InlineData("XO", "None", null, false)]
    public void GivenAControlWithoutAStatus_WhenRead_ThenItSaysWhatTheTableSays(string control, string signal, string? status, bool isRequestOfAPlacer)
    {
        var filler = Of(Ris, control, "");
        var placer = Of(Ehr, control, "");

        Assert.Equal((signal, status), (filler.Procedures.Single().Signal.ToString(), Status(filler)));
        Assert.Equal(isRequestOfAPlacer ? "request-not-confirmed" : null, placer.IgnoredReason);
        Assert.True(isRequestOfAPlacer || placer.Procedures.Single().Signal.ToString() == (signal == "Active" ? "None" : signal));
    }

    [Theory]
    [InlineData("SC", "Active")]
    [InlineData("IP", "Active")]
    [InlineData("A", "Active")]
    [InlineData("CM", "Active")]
    [InlineData("CA", "Cancel")]
    [InlineData("DC", "Cancel")]
    [InlineData("RP", "Cancel")]
    [InlineData("HD", "Hold")]
    [InlineData("ER", "None")]
    public void GivenAChangeWithAStatus_WhenRead_ThenTheStatusDecides(string status, string signal)
    {
        Assert.All(["XO", "XX", "XR", "SC", "SR", "CH", "OE", "OR", "RL", "RE", "CN"], control =>
        {
            var unit = Of(Ris, control, status);
            Assert.Equal((signal, status), (unit.Procedures.Single().Signal.ToString(), Status(unit)));
            Assert.Empty(unit.Warnings);
            Assert.Equal(signal == "None" ? null : "ORC-5", unit.Procedures.Single().Signal == Signal.None ? null : unit.Procedures.Single().SignalLocation);
        });
    }

    [Theory]
    [InlineData("NW", "CA", "Cancel", "CA", "MAP-104")]
    [InlineData("NW", "DC", "Cancel", "DC", "MAP-104")]
    [InlineData("RO", "RP", "Cancel", "RP", "MAP-104")]
    [InlineData("SN", "HD", "Hold", "HD", null)]
    [InlineData("CA", "IP", "Cancel", "CA", "MAP-104")] // The control counts, and the status that contradicts it is not kept.
    [InlineData("DR", "A", "Cancel", "DC", "MAP-104")]
    [InlineData("CA", "DC", "Cancel", "DC", null)]
    [InlineData("HD", "IP", "Hold", "IP", null)]
    [InlineData("ZZ", "SC", "None", "SC", "MAP-103")]
    [InlineData("XO", "X9", "None", "X9", "MAP-103")] // Unknown, and kept as sent.
    public void GivenControlAndStatusThatDisagree_WhenRead_ThenItIsToldWhichCounts(string control, string sent, string signal, string status, string? code)
    {
        var unit = Of(Ris, control, sent);

        Assert.Equal((signal, status), (unit.Procedures.Single().Signal.ToString(), Status(unit)));
        Assert.Equal(code, unit.Warnings.SingleOrDefault()?.Code);
    }

    [Fact]
    public void GivenASourceWhoseDiscontinueIsMetadata_WhenItDiscontinues_ThenNothingIsCancelled()
    {
        var unit = Of(Ris with { DiscontinueIsMetadata = true }, "DC", "");

        Assert.Equal((Signal.None, "DC"), (unit.Procedures.Single().Signal, Status(unit)));
    }

    [Fact]
    public void GivenANullStatus_WhenRead_ThenTheStatusIsDeleted()
    {
        var unit = Of(Ris, "XO", "\"\"");

        Assert.True(unit.Metadata.TryGetValue("ris.orderStatus", out var status) && status.Value is null);
    }

    [Theory]
    [InlineData("F", "final")]
    [InlineData("C", "final")]
    [InlineData("P", "preliminary")]
    [InlineData("M", "preliminary")]
    [InlineData("R", "preliminary")]
    [InlineData("A", "preliminary")]
    [InlineData("N", "pending")]
    [InlineData("S", "pending")]
    [InlineData("O", "pending")]
    [InlineData("I", "pending")]
    [InlineData("Y", null)]
    [InlineData("Z", null)]
    [InlineData("Q", null)]
    public void GivenAResultStatus_WhenRead_ThenItIsFinalOrNot(string code, string? result)
    {
        var unit = Unit(Ris, "ORU^R01", "ORC|RE||F1^RIS", Segment("OBR", (1, "1"), (3, "F1^RIS"), (25, code)));

        Assert.Equal(result, unit.Procedures.Single().Facts.GetValueOrDefault(ProcedureFacts.Result)?.Value);
        Assert.Equal(code, unit.Metadata["ris.resultStatus"].Value);
        Assert.Equal(code == "Q" ? ["MAP-103 OBR-25"] : [], Codes(unit));
    }

    [Theory]
    [InlineData("F U", "F")]
    [InlineData("F C U", "C")]
    [InlineData("C F", "C")]
    [InlineData("F P", "P")]
    [InlineData("F ", "P")] // A line without a status is not final.
    [InlineData("O N D", null)]
    [InlineData("F D", "F")]
    [InlineData("", null)]
    public void GivenNoResultStatus_WhenTheLinesHaveOne_ThenItStandsForIt(string lines, string? expected)
    {
        var unit = Units(Ris, "ORU^R01",
            [
                "ORC|RE||F1^RIS", "OBR|1||F1^RIS", "OBX|1|ST|113014^DICOM Study^DCM||2.25.7||||||P", "NTE|1||F",
                .. lines.Split(' ').Select((status, place) => Segment("OBX", (1, $"{place + 2}"), (2, "TX"), (3, "GDT"), (5, "x"), (11, status))),
            ]).Single();

        Assert.Equal(expected, unit.Metadata.GetValueOrDefault("ris.resultStatus")?.Value);
    }

    [Theory]
    [InlineData("NW", "SC", "ORC-1")]
    [InlineData("NW", "CA", "ORC-5")]
    [InlineData("NW", "HD", "ORC-5")]
    [InlineData("XO", "SC", "ORC-5")]
    [InlineData("CA", "", "ORC-1")]
    [InlineData("HD", "SC", "ORC-1")]
    public void GivenASignal_WhenRead_ThenItIsToldWhereItStands(string control, string status, string location) =>
        Assert.Equal(location, Unit(Ris, "ORM^O01", $"ORC|{control}||F1||{status}").Procedures.Single().SignalLocation);

    private static UnitUpdate Of(Source source, string control, string status) =>
        Unit(source, "ORM^O01", $"ORC|{control}|P1^EHR|F1^RIS||{status}", "OBR|1|P1^EHR|F1^RIS|X^CT^RIS|R", $"ZDS|{Uid}");

    private static string? Status(UnitUpdate unit) => unit.Metadata.GetValueOrDefault("ris.orderStatus")?.Value;
}
