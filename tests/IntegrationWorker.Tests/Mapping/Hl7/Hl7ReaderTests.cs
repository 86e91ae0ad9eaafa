using IntegrationWorker.Decoding.Hl7;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

public sealed class Hl7ReaderTests
{
    [Theory]
    [InlineData("ORM^O01", "ORC")]
    [InlineData("OMI^O23", "ORC")]
    [InlineData("ORU^R01", "OBR")]
    [InlineData("SIU^S12", "SCH")]
    [InlineData("MDM^T02", "TXA")]
    [InlineData("ADT^A40", "MRG")]
    public void GivenAMessageWithoutItsSegment_WhenRead_ThenItIsRejected(string type, string missing)
    {
        var part = Part(Ris, type, "PID|1||P1");

        Assert.Equal("HL7-006", part.Rejection?.Code);
        Assert.Equal(missing, part.Rejection?.Details?["missing"]);
        Assert.Equal(type, part.Rejection?.Details?["type"]);
        Assert.Empty(part.Units);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "HL7-009")]
    public void GivenABodyOfTheMostThatIsTaken_WhenItHasOneByteMore_ThenItIsRejected(int more, string? code)
    {
        var body = new byte[Hl7Envelope.BodyBytesMax + more];
        Array.Fill(body, (byte)'\r');
        Message("ORU^R01", "OBR|1||F1").CopyTo(body, 0);

        var part = Hl7Reader.Read(Inbound(body), Rules(Ris), Hash).Parts.Single();

        Assert.Equal(code, part.Rejection?.Code);
        Assert.Equal(code is not null, part.BaseKey.StartsWith("raw/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SIU^S24", "unsupported-trigger", "HL7-011")]
    [InlineData("BAR^P01", "unsupported-type", "HL7-011")]
    [InlineData("OML^O21", "not-imaging", null)]
    [InlineData("ACK^O01", "response-message", null)]
    public void GivenATypeThatIsNotUsed_WhenRead_ThenItIsIgnoredOrRejectedAsTheSourceWants(string type, string reason, string? code)
    {
        Assert.Equal(reason, Part(Ris, type).IgnoredReason);
        Assert.Equal(code, Part(Ris with { RejectUnsupported = true }, type).Rejection?.Code);
    }

    [Theory]
    [InlineData("T", "processing-id")]
    [InlineData("D^A", "processing-id")]
    [InlineData("P", null)]
    [InlineData("P^T", null)]
    [InlineData("", null)]
    public void GivenAProcessingId_WhenItIsNotProduction_ThenTheMessageIsIgnored(string id, string? expected)
    {
        var message = System.Text.Encoding.ASCII.GetBytes($"MSH|^~\\&|RIS|NORTH|||||ORM^O01|C1|{id}|2.5\rORC|XO||F1");

        var ours = Hl7Reader.Read(Inbound(message), Rules(Ris), Hash).Parts[0];
        var tests = Hl7Reader.Read(Inbound(message), Rules(Ris with { ProcessingIds = ["P", "T", "D"] }), Hash).Parts[0];

        Assert.Equal(expected, ours.IgnoredReason);
        Assert.Null(tests.IgnoredReason);
    }

    [Fact]
    public void GivenAMessage_WhenRead_ThenItsPartHasKeyTimeAndTheUnitsTheirNumbers()
    {
        var message = Read(Ris, "ORM^O01", "ORC|XO||F1||SC", "ORC|XO||F2||SC");

        var part = message.Parts.Single();
        Assert.Equal(("ris", "ORM^O01"), (message.SourceId, message.MessageType));
        Assert.Equal("hl7/RIS/NORTH/C1", part.BaseKey);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 55, 0, TimeSpan.FromHours(-6)), part.MessageTime);
        Assert.Equal(TimeSpan.FromHours(12), part.ReuseAfter);
        Assert.Equal(["hl7/RIS/NORTH/C1#1", "hl7/RIS/NORTH/C1#2"], part.Units.Select(unit => unit.UnitKey));
        Assert.All(part.Units, unit => Assert.Equal(UnitKind.Order, unit.Kind));
    }

    [Theory]
    [InlineData(nameof(IdempotencyStrategy.Content))]
    [InlineData(nameof(IdempotencyStrategy.ControlIdAndTime))]
    public void GivenAKeyThatHoldsMoreThanTheControlId_WhenRead_ThenItNeverRestarts(string strategy)
    {
        Assert.Null(Part(Ris with { Idempotency = Enum.Parse<IdempotencyStrategy>(strategy) }, "ORM^O01", "ORC|XO||F1").ReuseAfter);
    }

    [Fact]
    public void GivenAnyUnit_WhenStored_ThenItComesBackTheSameAndWithoutPatientIdentifiers()
    {
        var unit = Order("PRT|1|AD||PI|R1", "TQ1|1||||||||S");

        var json = System.Text.Json.JsonSerializer.Serialize(unit);
        var back = System.Text.Json.JsonSerializer.Deserialize<UnitUpdate>(json)!;

        Assert.Equal(json, System.Text.Json.JsonSerializer.Serialize(back));
        Assert.DoesNotContain("\"P1\"", json, StringComparison.Ordinal);
    }
}
