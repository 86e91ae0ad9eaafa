using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

public sealed class MetadataRuleTests
{
    [Fact]
    public void GivenANullForAnIdentityKey_WhenMapped_ThenItIsIgnoredAndSaid()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (18, "\"\""), (19, "\"\"")));

        Assert.Equal(["PRS-102 OBR-18", "PRS-102 OBR-19"], Codes(unit));
        Assert.DoesNotContain("ris.accessionNumber", unit.Metadata.Keys);
        Assert.Empty(unit.Procedures.Single().Facts);
    }

    [Fact]
    public void GivenASourceThatFillsEmptyFieldsWithNull_WhenMapped_ThenTheyMeanNothing()
    {
        var unit = Unit(Ris with { IgnoreNulls = true }, "ORM^O01", Segment("ORC", (1, "XO"), (3, "F1"), (5, "\"\"")), Segment("OBR", (4, "\"\""), (18, "\"\""), (24, "\"\""), (32, "\"\""), (36, "\"\"")));

        Assert.Empty(unit.Warnings);
        Assert.Empty(unit.Metadata);
        Assert.Null(unit.Assignment);
        Assert.Empty(unit.Procedures.Single().Facts);
    }

    [Theory]
    [InlineData("NW", true)]
    [InlineData("SN", true)]
    [InlineData("RO", true)]
    [InlineData("XO", false)] // RAD-13 forbids PV1 there; what stands in it is not meant.
    public void GivenAVisit_WhenOrdered_ThenItIsReadOfNewOrdersOnly(string control, bool read)
    {
        var unit = Unit(Ris, "ORM^O01", "PID|1||P1", "PV1|1|I^Inpatient|4W&1.2&ISO^12^1^NORTH&1.3&ISO", $"ORC|{control}||F1||SC", "OBR|1||F1");

        Assert.Equal(read ? new Asserted("I", "PV1-2") : null, unit.Metadata.GetValueOrDefault("patient.class"));
        Assert.Equal(read ? new Asserted("4W", "PV1-3.1") : null, unit.Metadata.GetValueOrDefault("patient.location"));
        Assert.Equal(read ? new Asserted("NORTH", "PV1-3.4.1") : null, unit.Metadata.GetValueOrDefault("patient.facility"));
    }

    [Fact]
    public void GivenSeveralProcedureSegments_WhenMapped_ThenTheFirstWithAValueCounts()
    {
        var unit = Unit(
            Ris, "OMI^O23", "ORC|XO||F1||SC", "OBR|1||F1", Segment("IPC", (1, "A1"), (9, "\"\"")),
            Segment("IPC", (1, "A1"), (2, "RP1^RIS"), (5, "MR"), (9, "MR1AE")), Segment("IPC", (2, "RP2"), (5, "CT"), (9, "CT1AE")));

        var procedure = unit.Procedures.Single();
        Assert.Equal(new Asserted("MR1AE", "IPC-9"), unit.Metadata["ris.stationAeTitle"]);
        Assert.Equal(new Asserted("RP1", "IPC-2.1"), procedure.Facts["ris.requestedProcedureId"]);
        Assert.Equal(new Asserted("MR", "IPC-5"), procedure.Facts["ris.modality"]);
        Assert.Equal(new Asserted("A1", "IPC-1"), unit.Metadata["ris.accessionNumber"]);
    }

    [Fact]
    public void GivenAnIdentifierThatIsTooLong_WhenMapped_ThenItIsDroppedWhole()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (18, new string('7', 1001))));

        Assert.DoesNotContain("ris.accessionNumber", unit.Metadata.Keys);
        Assert.Contains("LIM-102", Codes(unit));
    }

    [Fact]
    public void GivenKeysThatAreOffByDefault_WhenTheSourceKeepsThem_ThenTheyAreRead()
    {
        string[] keys =
        [
            "patient.id", "patient.name", "patient.birthDate", "patient.sex", "visit.number", "ris.placerOrderNumber", "ris.fillerOrderNumber",
            "ris.orderingProvider", "ris.reasonForStudy", "ris.statusReasonText",
        ];
        var source = Ris with { MetadataKeys = keys.ToDictionary(key => key, _ => "for the test") };
        string[] message =
        [
            Segment("PID", (3, "P1^^^NORTH"), (5, "EXAMPLE&VAN^ALPHA^B^JR^DR"), (7, "19700102"), (8, "F")), Segment("PV1", (2, "I"), (19, "V1")),
            Segment("ORC", (1, "NW"), (2, "P5"), (3, "F5"), (5, "HD"), (12, "D1^DOCTOR^ONE"), (16, "LABS^Wait for labs")), Segment("OBR", (31, "R07^Chest pain")),
        ];

        var with = Unit(source, "ORM^O01", message).Metadata;
        var without = Unit(Ris, "ORM^O01", message).Metadata;

        Assert.Equal(
            ["P1", "EXAMPLE^ALPHA^B^DR^JR", "1970-01-02", "F", "V1", "P5", "F5", "DOCTOR^ONE", "Chest pain", "Wait for labs"],
            keys.Select(key => with[key].Value));
        Assert.DoesNotContain(without.Keys, keys.Contains);
    }

    [Fact]
    public void GivenATimeThatIsNone_WhenMapped_ThenItIsNotSetAndSaid()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (36, "20260231")));

        Assert.Equal(["MAP-106 OBR-36"], Codes(unit));
        Assert.DoesNotContain("ris.scheduledAt", unit.Metadata.Keys);
    }
}
