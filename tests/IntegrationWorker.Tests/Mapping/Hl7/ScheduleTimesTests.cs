using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>Where the time of an examination stands. docs/mapping.md §3.8, §3.9.</summary>
public sealed class ScheduleTimesTests
{
    private const string Key = "ris.scheduledAt";
    private const string Nine = "20260304090000-0600";

    [Theory]
    [InlineData("TQ1-7", "", "", "", Nine)]
    [InlineData("ORC-7.4", "^^^" + Nine, "", "", "")]
    [InlineData("ORC-7.4", "^^^" + Nine + "&S", "^^^20260305", "20260306", "")] // The precision is a subcomponent here.
    [InlineData("OBR-27.4", "", "^^^" + Nine, "20260306", "")]
    [InlineData("OBR-36", "", "", Nine, "")]
    [InlineData("OBR-36", "^^^\"\"", "", Nine, "")] // A value anywhere is stronger than a null before it.
    public void GivenATime_WhenAnOrderIsRead_ThenTheFirstOfFourPlacesCounts(string location, string orc7, string obr27, string obr36, string tq1)
    {
        var scheduled = Of(orc7, obr27, obr36, tq1).Metadata[Key];

        Assert.Equal(("2026-03-04T09:00:00-06:00", location), (scheduled.Value, scheduled.Location));
    }

    [Fact]
    public void GivenANullAndNoValue_WhenAnOrderIsRead_ThenTheTimeIsDeleted_AndOtherwiseNothingIsSaid()
    {
        Assert.Null(Of("", "", "\"\"", "").Metadata[Key].Value);
        Assert.Equal("ORC-7.4", Of("^^^\"\"", "", "\"\"", "").Metadata[Key].Location);
        Assert.False(Of("", "", "", "").Metadata.ContainsKey(Key));
    }

    [Theory]
    [InlineData("2026-03-04T09:00:00-06:00", "U|" + Nine, "A|20260304100000-0600")]
    [InlineData("2026-03-04T09:00:00-06:00", "A|20260304100000-0600", "U|" + Nine)] // The earliest, in any order.
    [InlineData("2026-03-04T10:00:00-06:00", "D|" + Nine, "U|20260304100000-0600")] // Deleted ones are left out,
    [InlineData("2026-03-04T10:00:00-06:00", "X|" + Nine, "|20260304100000-0600")] // and X says nothing.
    [InlineData("2026-03-04T10:00:00-06:00", "U|\"\"", "U|20260304100000-0600")]
    public void GivenServices_WhenAnAppointmentIsRead_ThenTheEarliestThatCountsIsTheTime(string expected, string first, string second) =>
        Assert.Equal(expected, Appointment("", "RGS|1|U", Ais(first), Ais(second)).Metadata[Key].Value);

    [Fact]
    public void GivenAGroupThatIsDeleted_WhenAnAppointmentIsRead_ThenItsServicesAreLeftOut() =>
        Assert.Equal(
            "2026-03-04T10:00:00-06:00",
            Appointment("", "RGS|1|D", Ais("U|" + Nine), "RGS|2|A", Ais("U|20260304100000-0600")).Metadata[Key].Value);

    [Theory]
    [InlineData("^^^" + Nine, "U|", "2026-03-04T09:00:00-06:00", true)]
    [InlineData("^^^\"\"", "U|", null, true)]
    [InlineData("\"\"", "U|", null, true)]
    [InlineData("", "U|\"\"", null, true)]
    [InlineData("", "U|", null, false)]
    public void GivenNoServiceTime_WhenAnAppointmentIsRead_ThenItsOwnTimeCounts(string timing, string service, string? expected, bool says)
    {
        var unit = Appointment(timing, "RGS|1|U", Ais(service));

        Assert.Equal((says, expected), (unit.Metadata.ContainsKey(Key), unit.Metadata.GetValueOrDefault(Key)?.Value));
    }

    [Fact]
    public void GivenAServiceTimeThatIsNone_WhenAnAppointmentIsRead_ThenItIsTold() =>
        Assert.Equal(["MAP-106 AIS-4"], Codes(Appointment("", "RGS|1|U", Ais("U|soon"), Ais("U|" + Nine))));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("  two\r\nlines ", "two lines")]
    [InlineData("\u0001a\u007fb\u0085c\u2028d\u2029e", "a b c d e")]
    [InlineData("\u2028first", "first")]
    [InlineData("a\t\tb", "a b")]
    [InlineData(" ", "")]
    public void GivenAText_WhenCleaned_ThenControlsAreOneBlankAndTheEndsAreTrimmed(string text, string expected) => Assert.Equal(expected, CleanText.Of(text));

    private static string Ais(string actionAndTime) => $"AIS|1|{actionAndTime.Split('|')[0]}|X^CT^RIS|{actionAndTime.Split('|')[1]}";

    private static UnitUpdate Appointment(string timing, params string[] resources) =>
        Unit(Ris, "SIU^S13^SIU_S12", [Segment("SCH", (1, "A1"), (11, timing), (27, "F1^RIS")), .. resources]);

    private static UnitUpdate Of(string orc7, string obr27, string obr36, string tq1) =>
        Unit(Ris, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1^RIS"), (5, "SC"), (7, orc7)), Segment("OBR", (1, "1"), (3, "F1^RIS"), (27, obr27), (36, obr36)),
            Segment("TQ1", (1, "1"), (7, tq1)), $"ZDS|{Uid}");
}
