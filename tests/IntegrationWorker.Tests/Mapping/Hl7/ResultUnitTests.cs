using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

public sealed class ResultUnitTests
{
    [Fact]
    public void GivenAReport_WhenMapped_ThenItSaysNothingOfTheOrder()
    {
        var unit = Unit(
            Ris, "ORU^R01", "PID|1||P1", "PV1|1|I|4W", "ORC|RE||F1",
            Segment("OBR", (3, "F1"), (4, "18748-4^Report^LN"), (5, "S"), (18, "A1"), (24, "CT"), (25, "F"), (32, "R1"), (36, "20260303")));

        Assert.Equal([new("result", new Asserted("final", "OBR-25"))], unit.Procedures.Single().Facts);
        Assert.Equal(["ris.accessionNumber", "ris.resultStatus"], unit.Metadata.Keys.Order());
        Assert.Null(unit.Assignment);
    }

    [Fact]
    public void GivenAnActiveOrderStatus_WhenInAResult_ThenItIsKeptButReinstatesNothing()
    {
        var unit = Unit(Ris, "ORU^R01", "ORC|SC||F1||IP", Segment("OBR", (3, "F1"), (25, "P")));

        Assert.Equal(Signal.None, unit.Procedures.Single().Signal);
        Assert.Equal(new Asserted("IP", "ORC-5"), unit.Metadata["ris.orderStatus"]);
    }

    [Theory]
    [InlineData("RE", "", "X")]
    [InlineData("OC", "", "P")]
    public void GivenACancelledResult_WhenMapped_ThenItCancelsAndTheResultStatusIsKept(string control, string status, string result)
    {
        var unit = Unit(
            Ris, "ORU^R01", Segment("ORC", (1, control), (3, "F1"), (5, status), (16, "DUP")), Segment("OBR", (3, "F1"), (18, "A1"), (25, result)));

        Assert.Equal(Signal.Cancel, unit.Procedures.Single().Signal);
        Assert.Equal(["ris.resultStatus", "ris.statusReason"], unit.Metadata.Keys.Order()); // ORC-5 was not sent.
    }

    [Theory]
    [InlineData("F,F", "F", "final")]
    [InlineData("F,C", "C", "final")]
    [InlineData("F,P", "P", "preliminary")]
    [InlineData("F,,F", "P", "preliminary")]
    [InlineData("F,O,D", "F", "final")] // Order details and deleted lines are no report lines.
    public void GivenNoResultStatus_WhenTheLinesHaveOne_ThenTheyStandForIt(string lines, string code, string result)
    {
        string[] segments = ["OBR|1||F1", .. lines.Split(',').Select((status, index) => Segment("OBX", (1, $"{index}"), (3, "GDT"), (11, status)))];

        var unit = Unit(Ris, "ORU^R01", segments);

        Assert.Equal(new Asserted(code, "OBX-11"), unit.Metadata["ris.resultStatus"]);
        Assert.Equal(result, unit.Procedures.Single().Facts["result"].Value);
    }

    [Fact]
    public void GivenTriageSoftware_WhenItsSourceEscalates_ThenThePriorityIsRead()
    {
        string[] message = ["OBR|1||F1", "TQ1|1||||||||S"];

        Assert.Equal("stat", Unit(Ris with { ResultsEscalate = true }, "ORU^R01", message).Procedures.Single().Facts["severity"].Value);
        Assert.Equal("nothing-asserted", Unit(Ris, "ORU^R01", message).IgnoredReason);
    }

    [Fact]
    public void GivenNothingThatAStudyKeeps_WhenThereAreNoNumbersEither_ThenItIsIgnoredNotRejected()
    {
        var unit = Unit(Ris, "ORU^R01", "OBR|1|||WEIGHT", "OBX|1|NM|W||80||||||N");

        Assert.Equal("nothing-asserted", unit.IgnoredReason);
        Assert.Null(unit.Rejection);
    }

    [Fact]
    public void GivenAReportOfTwoPartsUnderOneNumber_WhenOneIsPreliminary_ThenItIsNotFinal()
    {
        var unit = Unit(Ris, "ORU^R01", Segment("OBR", (3, "F1"), (18, "A1"), (25, "F")), Segment("OBR", (3, "F1"), (18, "A1"), (25, "P")));

        Assert.Equal("preliminary", Assert.Single(unit.Procedures).Facts["result"].Value);
        Assert.Equal("F; P", unit.Metadata["ris.resultStatus"].Value);
    }

    [Theory]
    [InlineData("C,C", "C")] // Corrected once or twice is corrected.
    [InlineData("C,F,C", "C")]
    [InlineData("U,F", "F")]
    public void GivenCorrectedLines_WhenRead_ThenTheReportIsCorrected(string lines, string code)
    {
        string[] segments = ["OBR|1||F1", .. lines.Split(',').Select((status, index) => Segment("OBX", (1, $"{index}"), (3, "GDT"), (11, status)))];

        Assert.Equal(code, Unit(Ris, "ORU^R01", segments).Metadata["ris.resultStatus"].Value);
    }

    [Fact]
    public void GivenANullForTheResultStatus_WhenRead_ThenItIsDeletedWhateverTheLinesSay()
    {
        var unit = Unit(Ris, "ORU^R01", Segment("OBR", (3, "F1"), (25, "\"\"")), Segment("OBX", (3, "GDT"), (11, "F")));

        Assert.Equal(new Asserted(null, "OBR-25"), unit.Metadata["ris.resultStatus"]);
        Assert.Empty(unit.Procedures.Single().Facts);
    }

    [Theory]
    [InlineData("ORC|RE||F1", "", true)]
    [InlineData("ORC|RE||F1||HD", "", false)]
    [InlineData("ORC|HD||F1", "", false)] // A signal without anything else is something.
    [InlineData("ORC|RE||F1", "Y", false)]
    public void GivenAResultThatSaysNothing_WhenRead_ThenItIsIgnored(string orc, string status, bool isIgnored) =>
        Assert.Equal(isIgnored ? "nothing-asserted" : null, Unit(Ris, "ORU^R01", orc, Segment("OBR", (3, "F1"), (25, status))).IgnoredReason);
}
