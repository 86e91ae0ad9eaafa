using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

public sealed class ScheduleUnitTests
{
    [Theory]
    [InlineData("S12", "", "booked")]
    [InlineData("S13", "", "rescheduled")]
    [InlineData("S14", "", "modified")]
    [InlineData("S14", "Pending^Not yet confirmed", "pending")]
    public void GivenAnAppointment_WhenMapped_ThenItsStatusIsSentOrThatOfTheTrigger(string trigger, string sent, string expected)
    {
        var unit = Unit(Ris, $"SIU^{trigger}", Segment("SCH", (11, "^^^20260303090000"), (25, sent), (27, "F1^RIS")));

        Assert.Equal(new Asserted(expected, sent.Length > 0 ? "SCH-25" : "MSH-9"), unit.Metadata["ris.appointmentStatus"]);
        Assert.Equal(new Asserted("2026-03-03T09:00:00-06:00", "SCH-11.4"), unit.Metadata["ris.scheduledAt"]);
        Assert.Empty(unit.Procedures); // An appointment is not an order.
    }

    [Theory]
    [InlineData("S15", "cancelled", true)]
    [InlineData("S16", "discontinued", true)]
    [InlineData("S17", "deleted", true)]
    [InlineData("S26", "noshow", false)]
    public void GivenAnAppointmentThatDoesNotTakePlace_WhenMapped_ThenItsTimeIsDeletedButForNoShow(string trigger, string status, bool deletes)
    {
        var unit = Unit(Ris, $"SIU^{trigger}", Segment("SCH", (11, "^^^20260303090000"), (25, "Booked"), (27, "F1")), "AIS|1||CT|20260303090000");

        Assert.Equal(status, unit.Metadata["ris.appointmentStatus"].Value);
        Assert.Equal(deletes, unit.Metadata.TryGetValue("ris.scheduledAt", out var time) && time.Value is null);
    }

    [Fact]
    public void GivenSeveralServices_WhenMapped_ThenTheEarliestThatTakesPlaceCounts()
    {
        var unit = Unit(
            Ris, "SIU^S13", Segment("SCH", (11, "^^^20260301"), (27, "F1")),
            "RGS|1|A", "AIS|1|A|CT|20260303100000", "AIS|2|U|CT|202603030900", "AIS|3|D|CT|20260303080000", "AIS|4|X|CT|20260303070000",
            "RGS|2|D", "AIS|1|A|MR|20260303060000");

        Assert.Equal(new Asserted("2026-03-03T09:00:00-06:00", "AIS-4"), unit.Metadata["ris.scheduledAt"]);
    }

    [Fact]
    public void GivenItsOrderNumbers_WhenMapped_ThenTheyAreThoseOfSch26AndSch27()
    {
        var unit = Unit(Ris with { FillerIssuer = "RIS" }, "SIU^S12", Segment("SCH", (1, "A1"), (2, "A2"), (26, "P1^EHR"), (27, "F1")));

        Assert.Equal(new Identity { Placer = new Identifier("P1", "EHR"), Filler = new Identifier("F1", "RIS") }, unit.Identity);
    }

    [Theory]
    [InlineData("ZDS|2.25.7")]
    [InlineData("OBX|1|ST|113014^Study Instance UID^DCM||2.25.7")]
    [InlineData("IPC|||2.25.7")]
    public void GivenAUid_WhenNoOrderNumberIsSent_ThenItNamesTheStudy(string segment)
    {
        var unit = Unit(Ris, "SIU^S12", "SCH|A1", segment);

        Assert.Equal("2.25.7", unit.Identity.StudyInstanceUid);
        Assert.Null(unit.IgnoredReason);
    }

    [Fact]
    public void GivenNothingThatNamesAStudy_WhenMapped_ThenItIsIgnored()
    {
        Assert.Equal("no-order-number", Unit(Ris, "SIU^S12", "SCH|A1").IgnoredReason);
    }
}
