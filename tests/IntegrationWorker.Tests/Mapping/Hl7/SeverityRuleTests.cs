using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>Priority codes and the fields they stand in. docs/mapping.md §3.2.</summary>
public sealed class SeverityRuleTests
{
    [Theory]
    [InlineData("S STAT E EMERGENCY EMERGENT IMMEDIATE stat", "stat")]
    [InlineData("A P C T ASAP PREOP CALLBACK U URGENT H HIGH TS30 TM15 TH2 TD1 TW1 TL3 tm5", "high")]
    [InlineData("R PRN ROUTINE N NORMAL L LOW MEDIUM r", "normal")]
    public void GivenAKnownCode_WhenRead_ThenItHasItsSeverity(string codes, string severity) =>
        Assert.All(codes.Split(' '), code => Assert.Equal(severity, Severity(Of(Ris, (5, code)))));

    [Theory]
    [InlineData("TX5")]
    [InlineData("TS")]
    [InlineData("TSA")]
    [InlineData("QS1")]
    [InlineData("9")]
    public void GivenAnUnknownCode_WhenRead_ThenItIsToldAndNothingChanges(string code)
    {
        var unit = Of(Ris, (5, code));

        Assert.Null(Severity(unit));
        Assert.Equal(["MAP-101 OBR-5"], Codes(unit));
    }

    [Fact]
    public void GivenCodesOfTheSource_WhenRead_ThenTheyComeFirst()
    {
        var source = Ris with { PriorityCodes = new Dictionary<string, Severity> { ["Z1"] = IntegrationWorker.Studies.Severity.Stat, ["R"] = IntegrationWorker.Studies.Severity.High } };

        Assert.Equal(["stat", "high", "high"], new[] { "z1", "R", "A" }.Select(code => Severity(Of(source, (5, code)))));
    }

    [Theory]
    [InlineData(false, "stat", "S")]
    [InlineData(true, "normal", "R")]
    public void GivenFieldsThatDisagree_WhenRead_ThenTheSourceSaysWhichCounts(bool byPrecedence, string severity, string code)
    {
        var unit = Of(Ris with { SeverityByPrecedence = byPrecedence }, (5, "S"), (27, "^^^^^R"));

        Assert.Equal((severity, code), (Severity(unit), unit.Procedures.Single().Facts[ProcedureFacts.PriorityCode].Value));
        Assert.Equal("MAP-102", unit.Warnings.Single().Code);
    }

    [Theory]
    [InlineData("^S", "stat")] // Component 2 where the first is empty.
    [InlineData("R^S", "normal")]
    public void GivenACodedElement_WhenRead_ThenItsFirstFilledComponentCounts(string sent, string severity) =>
        Assert.Equal(severity, Severity(Of(Ris, (5, sent))));

    [Fact]
    public void GivenANull_WhenNoFieldHasAValue_ThenItIsToldOnce()
    {
        Assert.Equal(["PRS-101 OBR-5"], Codes(Of(Ris, (5, "\"\""))));
        Assert.Empty(Codes(Of(Ris, (5, "\"\""), (27, "^^^^^S"))));
        Assert.Empty(Codes(Of(Ris)));
    }

    [Theory]
    [InlineData("\"\"", "\"\"", "PRS-101 OBR-27.6")] // The first place is told.
    [InlineData("Q9", "\"\"", "MAP-101 OBR-5")] // A code that is not known is a value.
    public void GivenNulls_WhenSeveralPlacesHaveOne_ThenThatIsToldOnce(string obr5, string obr27, string warning) =>
        Assert.Equal([warning], Codes(Of(Ris, (5, obr5), (27, $"^^^^^{obr27}"))));

    [Theory]
    [InlineData("S&Stat&HL70485", "stat")]
    [InlineData("&S", null)]
    public void GivenAPriorityInAComponent_WhenRead_ThenItsFirstSubcomponentIsTheCode(string sent, string? severity) =>
        Assert.Equal(severity, Severity(Of(Ris, (27, $"^^^^^{sent}"))));

    [Fact]
    public void GivenEquallyUrgentCodes_WhenRead_ThenTheFirstIsKept() =>
        Assert.Equal("A", Of(Ris, (5, "P"), (27, "^^^^^A")).Procedures.Single().Facts[ProcedureFacts.PriorityCode].Value);

    private static string? Severity(UnitUpdate unit) => unit.Procedures.Single().Facts.GetValueOrDefault(ProcedureFacts.Severity)?.Value;

    private static UnitUpdate Of(Source source, params (int, string)[] fields) =>
        Unit(source, "ORM^O01", "ORC|XO||F1^RIS||SC", Segment("OBR", [(1, "1"), (3, "F1^RIS"), .. fields]), $"ZDS|{Uid}");
}
