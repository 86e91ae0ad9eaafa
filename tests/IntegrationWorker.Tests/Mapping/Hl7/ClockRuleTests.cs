using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>Messages are sent at 09:55 -06:00 and received at 16:00 UTC, five minutes later.</summary>
public sealed class ClockRuleTests
{
    private static readonly TimeSpan _chicago = TimeSpan.FromHours(-6);

    [Theory]
    [InlineData("20260302094500-0600", "2026-03-02T09:45:00-06:00")]
    [InlineData("20260302094500", "2026-03-02T09:45:00-06:00")] // The zone of the source.
    [InlineData("202603020945", "2026-03-02T09:45:00-06:00")]
    [InlineData("20260302", "2026-03-02T00:00:00-06:00")]
    [InlineData("", "2026-03-02T09:55:00-06:00")] // MSH-7.
    public void GivenAnOrder_WhenMapped_ThenItsTransactionTimeIsOrc9(string sent, string expected)
    {
        var unit = Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (9, sent)));

        Assert.Equal(expected, unit.SourceTime);
        Assert.Empty(unit.Warnings);
    }

    [Fact]
    public void GivenAMinute_WhenMapped_ThenTheClockIsTheWholeMinute()
    {
        var unit = Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (9, "202603020945")));

        Assert.Equal(new Moment(new DateTimeOffset(2026, 3, 2, 9, 45, 0, _chicago), TimeSpan.FromMinutes(1)), unit.Clock.Transaction);
        Assert.Equal(new Moment(new DateTimeOffset(2026, 3, 2, 9, 55, 0, _chicago), TimeSpan.FromSeconds(1)), unit.Clock.Message);
    }

    [Fact]
    public void GivenAResult_WhenMapped_ThenItsTransactionTimeIsObr22()
    {
        var both = Unit(Ris, "ORU^R01", Segment("ORC", (9, "202603020900")), Segment("OBR", (3, "F1"), (22, "202603020930"), (25, "F")));
        var orcOnly = Unit(Ris, "ORU^R01", Segment("ORC", (9, "202603020900")), Segment("OBR", (3, "F1"), (25, "F")));

        Assert.Equal("2026-03-02T09:30:00-06:00", both.SourceTime);
        Assert.Equal("2026-03-02T09:00:00-06:00", orcOnly.SourceTime);
    }

    [Fact]
    public void GivenAnAdt_WhenEvn2IsEmpty_ThenEvn6Counts()
    {
        var unit = Unit(Ris, "ADT^A02", Segment("EVN", (1, "A02"), (6, "202603020900")), "PID|1||P1", "PV1|1|I");

        Assert.Equal("2026-03-02T09:00:00-06:00", unit.SourceTime);
    }

    [Fact]
    public void GivenADocument_WhenTxa8IsEmpty_ThenTxa6Counts()
    {
        var unit = Unit(Ris, "MDM^T02", Segment("TXA", (6, "202603020900"), (15, "F1"), (17, "AU")));

        Assert.Equal("2026-03-02T09:00:00-06:00", unit.SourceTime);
    }

    [Fact]
    public void GivenASourceWhoseOrc9NeverMoves_WhenMapped_ThenMsh7IsBothParts()
    {
        var unit = Unit(Ris with { ClockIsMessageTime = true }, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (9, "20250101")));

        Assert.Equal("2026-03-02T09:55:00-06:00", unit.SourceTime);
        Assert.Equal(unit.Clock.Message, unit.Clock.Transaction);
    }

    [Theory]
    [InlineData("202603021005-0600", false)] // Five minutes after receipt.
    [InlineData("202603021015-0600", true)]
    [InlineData("2031-0600", true)]
    public void GivenATimeInTheFuture_WhenBeyondTheSkew_ThenTheTimeOfReceiptIsUsed(string sent, bool replaced)
    {
        var unit = Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (9, sent)));

        Assert.Equal(replaced, unit.Clock.Transaction == Moment.At(ReceivedAt));
        Assert.Equal(replaced ? [IntegrationWorker.Contracts.Codes.ClockInFuture] : [], unit.Warnings.Select(warning => warning.Code));
        Assert.Equal(replaced, unit.SourceTime == "2026-03-02T16:00:00Z");
    }

    [Fact]
    public void GivenATimeThatIsNone_WhenMapped_ThenTheNextPlaceCountsAndItIsSaid()
    {
        var unit = Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (9, "yesterday")));

        Assert.Equal("2026-03-02T09:55:00-06:00", unit.SourceTime);
        Assert.Equal(["MAP-106 ORC-9"], Hl7Sending.Codes(unit));
    }

    [Fact]
    public void GivenNoTimeAtAll_WhenMapped_ThenTheTimeOfReceiptIsUsed()
    {
        var message = System.Text.Encoding.ASCII.GetBytes("MSH|^~\\&|RIS|NORTH|||||ORM^O01|C1|P|2.5|17\rORC|XO||F1");

        var unit = IntegrationWorker.Mapping.Hl7.Hl7Reader.Read(Inbound(message), Rules(Ris), Hash).Parts[0].Units[0];

        Assert.Equal([IntegrationWorker.Contracts.Codes.NoUsableTime], unit.Warnings.Select(warning => warning.Code));
        Assert.Equal(Clock.At(ReceivedAt) with { Sequence = 17 }, unit.Clock);
        Assert.Equal("2026-03-02T16:00:00Z", unit.SourceTime);
    }

    [Theory]
    [InlineData("20260302101000-0600", false)] // Ten minutes after receipt, to the second.
    [InlineData("20260302101001-0600", true)]
    public void GivenTheSkewThatIsAllowed_WhenItIsPassedByASecond_ThenTheTimeOfReceiptIsUsed(string sent, bool replaced)
    {
        Assert.Equal(replaced, Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (9, sent))).Clock.Transaction == Moment.At(ReceivedAt));
    }

    [Theory]
    [InlineData("20260302", "2026-03-02T00:00:00-06:00")]
    [InlineData("202603", "2026-03-01T00:00:00-06:00")]
    [InlineData("2026030209", "2026-03-02T09:00:00-06:00")]
    public void GivenACoarseTime_WhenMapped_ThenItsStartIsTold(string sent, string expected) =>
        Assert.Equal(expected, Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (9, sent))).SourceTime);

    [Fact]
    public void GivenATransactionTimeOrNone_WhenMapped_ThenTheClockKnowsWhichItWas()
    {
        Assert.False(Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (9, "20260302094500"))).Clock.IsMessageTime);
        Assert.True(Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"))).Clock.IsMessageTime);
    }

    [Theory]
    [InlineData(" 17 ", 17L)]
    [InlineData("17 ", 17L)]
    [InlineData("-17", null)]
    [InlineData("x", null)]
    public void GivenASequenceNumber_WhenMapped_ThenItIsANumberOrNone(string sent, long? expected)
    {
        var body = System.Text.Encoding.ASCII.GetBytes($"MSH|^~\\&|RIS|NORTH|||20260302095500-0600||ORM^O01|C1|P|2.5|{sent}|\rORC|XO||F1");

        Assert.Equal(expected, IntegrationWorker.Mapping.Hl7.Hl7Reader.Read(Inbound(body), Rules(Ris), Hash).Parts[0].Units[0].Clock.Sequence);
    }
}
