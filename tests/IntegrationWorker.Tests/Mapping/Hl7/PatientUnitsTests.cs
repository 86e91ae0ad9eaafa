using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

public sealed class PatientUnitsTests
{
    [Fact]
    public void GivenSeveralIdentifiers_WhenMapped_ThenEachIsAHashWithItsAuthority()
    {
        var unit = Unit(Ris, "ADT^A08", "PID|1|OLD|P1^^^NORTH^MR~P2^^^&2.16.840.1.113883.19.10&ISO~P3~^^^X~P1^^^NORTH|ALT", Segment("PV1", (2, "O"), (19, "V1^^^NORTH")));

        Assert.Equal(
            [new Identifier("#P1", "NORTH"), new Identifier("#P2", "2.16.840.1.113883.19.10"), new Identifier("#P3", "NORTH")],
            unit.PatientKeys);
        Assert.Equal("#V1", unit.VisitKey);
    }

    [Fact]
    public void GivenAPatientIssuerOfTheSource_WhenNoAuthorityIsSent_ThenItIsThatOne()
    {
        var unit = Unit(Ris with { PatientIssuer = "MPI" }, "ADT^A08", "PID|1||P1", "PV1|1|O");

        Assert.Equal([new Identifier("#P1", "MPI")], unit.PatientKeys);
    }

    [Fact]
    public void GivenAVisit_WhenMapped_ThenOnlyClassAndPlaceAreRead()
    {
        var unit = Unit(Ris, "ADT^A02", "PID|1||P1||EXAMPLE^ALPHA||19700101|F", "PV1|1|I|4W^12^1^NORTH||||DOC1");

        Assert.Equal(["patient.class", "patient.facility", "patient.location"], unit.Metadata.Keys.Order());
    }

    [Fact]
    public void GivenANullForThePlace_WhenMapped_ThenPlaceAndFacilityAreDeleted()
    {
        var unit = Unit(Ris, "ADT^A03", "PID|1||P1", "PV1|1|O|\"\"");

        Assert.Equal([("patient.facility", null), ("patient.location", null)], unit.Metadata.Where(pair => pair.Value.Value is null).Select(pair => (pair.Key, pair.Value.Value)).Order());
    }

    [Theory]
    [InlineData("A40")]
    [InlineData("A47")]
    [InlineData("A18")]
    [InlineData("A34")]
    [InlineData("A36")]
    public void GivenTwoMergedPairs_WhenMapped_ThenPairsAreNotMixed(string trigger)
    {
        var units = Units(Ris, $"ADT^{trigger}", "EVN||202603020900", "PID|1||P1^^^NORTH", "PD1", "MRG|P0^^^NORTH~P9", "PV1|1|I", "PID|2||P3", "MRG|P2");

        Assert.Equal([1, 2], units.Select(unit => unit.Number));
        Assert.Equal(["#P1", "#P3"], units.Select(unit => unit.PatientKeys.Single().Value));
        Assert.Equal(["#P0 #P9", "#P2"], units.Select(unit => string.Join(' ', unit.PriorPatientKeys!.Select(key => key.Value))));
        Assert.All(units, unit => Assert.Empty(unit.Metadata));
        Assert.All(units, unit => Assert.Equal("2026-03-02T09:00:00-06:00", unit.SourceTime));
    }

    [Fact]
    public void GivenAMergeWithoutAPatientBeforeIt_WhenMapped_ThenThatPairIsRejected()
    {
        var units = Units(Ris, "ADT^A40", "PID|1||P1", "MRG|P0", "MRG|P2");

        Assert.Equal([null, "HL7-006"], units.Select(unit => unit.Rejection?.Code));
    }

    [Fact]
    public void GivenAMergeThatNamesNobody_WhenMapped_ThenNothingIsAsserted()
    {
        Assert.Equal("nothing-asserted", Unit(Ris, "ADT^A40", "PID|1||P1", "MRG|^^^NORTH").IgnoredReason);
    }

    [Fact]
    public void GivenManyIdentifiersOfOnePatient_WhenMapped_ThenEachIsThereOnce() =>
        Assert.Equal(
            ["#P1", "#P2", "#P3"],
            Unit(Ris, "ADT^A08", "PID|1||P1~P2~P1~P3~P2~P3", "PV1|1|O").PatientKeys.Select(key => key.Value));
}
