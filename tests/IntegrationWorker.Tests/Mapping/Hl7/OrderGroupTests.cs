using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>Which segments are one order group, and what a group without one of them says. docs/mapping.md §0.1, §2.5.</summary>
public sealed class OrderGroupTests
{
    [Fact]
    public void GivenARequestWithoutAnOrder_WhenMapped_ThenItIsAGroupOfItsOwn()
    {
        var units = Units(Ris, "ORM^O01", "OBR|1||F1|X^CT", "OBR|2||F2|Y^MR");

        Assert.Equal(["F1", "F2"], units.Select(unit => unit.Identity.Filler?.Value));
        Assert.All(units, unit => Assert.Equal(Signal.None, unit.Procedures.Single().Signal));
        Assert.All(units, unit => Assert.Empty(unit.PatientKeys));
    }

    [Fact]
    public void GivenAnOrderWithoutARequest_WhenMapped_ThenItNeitherDescribesNorCreates()
    {
        var unit = Unit(Ris, "ORM^O01", "PID|1||P1", "ORC|NW|P1|F1||SC", $"ZDS|{Uid}");

        Assert.Empty(unit.Procedures.Single().Facts);
        Assert.Equal((Uid, "F1"), (unit.Identity.StudyInstanceUid, unit.Identity.Filler?.Value));
        Assert.Equal(["#P1"], unit.PatientKeys.Select(key => key.Value));
        Assert.False(unit.MayCreate);
    }

    [Fact]
    public void GivenTwoOrdersWithRequests_WhenMapped_ThenNothingOfTheFirstIsTheSeconds()
    {
        var units = Units(
            Ris, "OMG^O19", "ORC|XO||F1||SC", "TQ1|1||||||||S", "OBR|1||F1|X^CT", "ORC|XO||F2||SC", "OBR|2||F2|Y^MR", "TQ1|1||||||||A", "OBR|3||F3|Z^US");

        Assert.Equal(["stat", "high"], units.Select(unit => unit.Procedures.Single().Facts.GetValueOrDefault("severity")?.Value));
        Assert.Equal([1, 2], units.Select(unit => unit.Number)); // ORC-3 counts: the second and the third are one.
    }

    [Fact]
    public void GivenAVisitInsideAnOrder_WhenMapped_ThenItIsNotThePatients()
    {
        var units = Units(
            Ris, "ORM^O01", "PID|1||P1", "PV1|1|I", "ORC|NW||F1||SC", "OBR|1||F1|X^CT", "PV1|1|O", "PID|2||P2", "ORC|NW||F2||SC", "OBR|2||F2|Y^MR");

        Assert.Equal(["I", null], units.Select(unit => unit.Metadata.GetValueOrDefault("patient.class")?.Value));
        Assert.Equal(["#P1", "#P2"], units.Select(unit => unit.PatientKeys.Single().Value));
    }

    [Theory]
    [InlineData(99, "stat")]
    [InlineData(100, null)] // A bound on what a hostile message costs.
    public void GivenManySegmentsBeforeARequest_WhenAnotherFollows_ThenTheFirstHundredAreItsToo(int others, string? expected)
    {
        string[] segments = ["ORC|XO||||SC", .. Enumerable.Repeat("NTE|1", others), "TQ1|1||||||||S", "OBR|1||F1|X^CT", "OBR|2||F2|Y^MR"];

        var severities = Units(Ris, "OMG^O19", segments).Select(unit => unit.Procedures.Single().Facts.GetValueOrDefault("severity")?.Value);

        Assert.Equal(["stat", expected], severities);
    }

    [Fact]
    public void GivenAnAppointmentWithRequestAndOrder_WhenItsOwnFieldsAreEmpty_ThenTheirNumbersCount()
    {
        string[] further = ["ORC|SC|P1^EHR|F1^RIS", "OBR|1|P1^EHR|F1^RIS"];
        var source = Ris with { FillerIssuer = "HOME", PlacerIssuer = "HOME" };

        var own = Unit(source, "SIU^S12", [Segment("SCH", (26, "P2^X"), (27, "F2^Y")), .. further]);
        var theirs = Unit(source, "SIU^S12", ["SCH|A1", .. further]);

        Assert.Equal(new Identity { Placer = new Identifier("P2", "X"), Filler = new Identifier("F2", "Y") }, own.Identity);
        Assert.Equal(new Identity { Placer = new Identifier("P1", "EHR"), Filler = new Identifier("F1", "RIS") }, theirs.Identity);
    }

    [Fact]
    public void GivenAnAppointmentWithTwoUids_WhenMapped_ThenTheyContradictEachOther()
    {
        Assert.Equal("IDN-005", Unit(Ris, "SIU^S12", "SCH|A1", "ZDS|2.25.7", "ZDS|2.25.8").Rejection?.Code);
        Assert.Null(Unit(Ris, "SIU^S12", Segment("SCH", (27, "F1"))).Rejection);
    }

    [Fact]
    public void GivenAnAppointmentOfAPatient_WhenMapped_ThenItHasThePatientsKeysAndVisit()
    {
        var unit = Unit(Ris, "SIU^S12", Segment("SCH", (27, "F1")), "PID|1||P1", Segment("PV1", (19, "V1")));

        Assert.Equal(["#P1"], unit.PatientKeys.Select(key => key.Value));
        Assert.Equal("#V1", unit.VisitKey);
        Assert.Null(Unit(Ris, "SIU^S12", Segment("SCH", (27, "F1"))).VisitKey);
    }

    [Theory]
    [InlineData("ZDS|1.02.3")] // A UID that is none.
    [InlineData("ZDS|2.25.7\rZDS|2.25.8")]
    public void GivenAGroupThatIsRefused_WhenAnotherHasItsAccessionNumber_ThenThatOneIsNotDrawnIn(string zds)
    {
        foreach (var refusedFirst in new[] { true, false })
        {
            string[] refused = ["ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (18, "A1")), .. zds.Split('\r')];
            string[] good = ["ORC|XO||F2||SC", Segment("OBR", (3, "F2"), (18, "A1"))];

            // A UID in the last group could be meant for all of them.
            string[] last = ["ORC|XO||F3||SC", Segment("OBR", (3, "F3"), (18, "A3"))];
            var units = Units(Ris, "ORM^O01", refusedFirst ? [.. refused, .. good, .. last] : [.. good, .. refused, .. last]);

            Assert.Equal(3, units.Count);
            Assert.Single(units, unit => unit.Rejection is not null);
            Assert.All(units, unit => Assert.Single(unit.Groups));
        }
    }
}
