using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

public sealed class AssignmentRuleTests
{
    [Theory]
    [InlineData("9000000001^^^^^^^^^^^^NPI", "usr_one")]
    [InlineData("9000000001^^^^^^^^X&2.16.840.1.113883.4.6&ISO", "usr_one")]
    [InlineData("W1^^^^^^^^WEST", "usr_one")]
    [InlineData("R2^EXAMPLE^READER", "usr_two")] // No authority: that of the source.
    [InlineData("unknown^^^^^^^^RIS~9000000002^^^^^^^^^^^^NPI", "usr_two")] // Repetitions are further ids of the same person.
    public void GivenAPrincipalInterpreterInPrt_WhenMapped_ThenTheUserIsFoundByTheId(string person, string userId)
    {
        var unit = Order(Segment("PRT", (2, "AD"), (4, "EPRI"), (5, person)));

        Assert.Equal(new Assignment(userId, null, "PRT-5"), unit.Assignment);
        Assert.Empty(unit.Warnings);
    }

    [Theory]
    [InlineData("9000000099^^^^^^^^^^^^NPI", "DIR-101 PRT-5")]
    [InlineData("R1^^^^^^^^EAST", "DIR-101 PRT-5")] // The id of somebody else's system is not ours.
    [InlineData("9000000009^^^^^^^^^^^^NPI", "DIR-102 PRT-5")]
    [InlineData("BOTH", "DIR-103 PRT-5")]
    [InlineData("^EXAMPLE^READER", "DIR-101 PRT-5")] // A name alone finds nobody.
    public void GivenAPersonWhoIsNoUser_WhenMapped_ThenTheAssignmentStays(string person, string warning)
    {
        var unit = Order(Segment("PRT", (4, "PI"), (5, person)));

        Assert.Null(unit.Assignment);
        Assert.Equal([warning], Codes(unit));
    }

    [Fact]
    public void GivenAnEMailBesideAnUnknownId_WhenMapped_ThenTheUserIsFoundByIt()
    {
        var unit = Order(Segment("PRT", (4, "PRI"), (5, "X9^EXAMPLE"), (15, "^^PH^~^NET^Internet^Reader.Two@example.org")));

        Assert.Equal("usr_two", unit.Assignment?.UserId);
    }

    [Fact]
    public void GivenAnInterpreterInPrtAndInObr_WhenMapped_ThenPrtDecides()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (32, "R1")), Segment("PRT", (4, "PI"), (5, "nobody")));

        Assert.Null(unit.Assignment); // Whoever is not found there ends the search.
        Assert.Equal(["DIR-101 PRT-5"], Codes(unit));
    }

    [Theory]
    [InlineData("R1&EXAMPLE&READER&&&&&&RIS", "usr_one")] // NDL.
    [InlineData("R1&EXAMPLE&READER", "usr_one")]
    [InlineData("R1^EXAMPLE^READER^^^^^^RIS", "usr_one")] // XCN, as many write it.
    [InlineData("W1&EXAMPLE&&&&&&&&WEST", "usr_one")] // Universal id instead of namespace.
    [InlineData("\"\"", null)]
    public void GivenAnInterpreterInObr32_WhenMapped_ThenNdlAndXcnAreRead(string field, string? userId)
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (32, field)));

        Assert.Equal(new Assignment(userId, null, "OBR-32"), unit.Assignment);
    }

    [Theory]
    [InlineData("DE", "usr_one")]
    [InlineData("UC", null)]
    [InlineData("LI", null)]
    [InlineData("X", null)]
    public void GivenAnActionCode_WhenMapped_ThenOnlyDeleteRemoves(string action, string? removed)
    {
        var unit = Order(Segment("PRT", (2, action), (4, "PI"), (5, "R1")));

        Assert.Equal(removed is null ? null : new Assignment(null, removed, "PRT-5"), unit.Assignment);
        Assert.Empty(unit.Warnings);
    }

    [Fact]
    public void GivenOneWhoLeavesAndOneWhoComes_WhenMapped_ThenTheOneWhoComesCounts()
    {
        var unit = Order(Segment("PRT", (2, "DE"), (4, "PI"), (5, "R1")), Segment("PRT", (2, "AD"), (4, "PI"), (5, "R2")));

        Assert.Equal(new Assignment("usr_two", null, "PRT-5"), unit.Assignment);
    }

    [Theory]
    [InlineData("RCT")] // Result copies to.
    [InlineData("OP")] // Who ordered.
    public void GivenAnotherParticipation_WhenMapped_ThenNobodyIsAssigned(string participation)
    {
        var unit = Order(Segment("PRT", (4, participation), (5, "R1")));

        Assert.Null(unit.Assignment);
        Assert.Empty(unit.Warnings);
    }

    [Fact]
    public void GivenARoleSegment_WhenMapped_ThenItIsReadAfterPrt()
    {
        var unit = Order(Segment("ROL", (2, "AD"), (3, "PI^Principal interpreter"), (4, "R2^EXAMPLE")));

        Assert.Equal(new Assignment("usr_two", null, "ROL-4"), unit.Assignment);
    }

    [Fact]
    public void GivenAnAssignmentFieldOfTheSource_WhenNothingElseNamesAReader_ThenItIsRead()
    {
        var source = Ris with { AssignmentFields = ["OBR-34"] };

        var with = Unit(source, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (34, "R1&EXAMPLE")));
        var without = Unit(Ris, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (34, "R1&EXAMPLE")));

        Assert.Equal("usr_one", with.Assignment?.UserId);
        Assert.Null(without.Assignment);
    }

    [Fact]
    public void GivenPeopleOutsideTheOrderGroup_WhenMapped_ThenTheyAreNotRead()
    {
        var unit = Unit(Ris, "ORM^O01", "PID|1||P1", Segment("PRT", (4, "PI"), (5, "R1")), "ORC|XO||F1||SC", "OBR|1||F1");

        Assert.Null(unit.Assignment);
    }

    [Fact]
    public void GivenAResult_WhenTheSourceFills_ThenItAssignsOnlyIfNobodyIs()
    {
        string[] report = [Segment("OBR", (3, "F1"), (25, "P"), (32, "R1"))];

        Assert.Null(Unit(Ris, "ORU^R01", report).Assignment);
        Assert.Equal(new Assignment("usr_one", null, "OBR-32", OnlyIfEmpty: true), Unit(Ris with { ResultsAssign = true }, "ORU^R01", report).Assignment);
        Assert.Null(Unit(Ris with { ResultsAssign = true }, "ORU^R01", Segment("OBR", (3, "F1"), (25, "P"), (32, "\"\""))).Assignment);
    }

    [Fact]
    public void GivenACancel_WhenItNamesAReader_ThenTheReaderIsNotRead()
    {
        var unit = Unit(Ris, "ORM^O01", "ORC|CA||F1", Segment("OBR", (3, "F1"), (32, "R1")));

        Assert.Null(unit.Assignment);
    }

    [Theory]
    [InlineData("AD", "DIR-101 PRT-5")]
    [InlineData("ZZ", "MAP-103 PRT-2")] // Nobody knows what is to become of the person.
    public void GivenANameWithoutAnId_WhenMapped_ThenItIsToldOnceAndTheSearchGoesOn(string action, string warning)
    {
        var unit = Unit(
            Ris, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (32, "&EXAMPLE&READER")),
            Segment("PRT", (2, action), (4, "PI"), (5, "^EXAMPLE^READER")), Segment("PRT", (4, "PI"), (5, "")), Segment("ROL", (3, "PI"), (4, "")));

        Assert.Null(unit.Assignment);
        Assert.Equal(action == "AD" ? [warning] : [warning, "DIR-101 OBR-32"], Codes(unit));
    }

    [Fact]
    public void GivenANameAndThenAnId_WhenMapped_ThenTheIdCountsAndNothingIsTold()
    {
        var unit = Unit(
            Ris, "ORM^O01", "ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (32, "R2&EXAMPLE")), Segment("PRT", (4, "PI"), (5, "^EXAMPLE^READER")));

        Assert.Equal(new Assignment("usr_two", null, "OBR-32"), unit.Assignment);
        Assert.Empty(unit.Warnings);
    }

    [Theory]
    [InlineData("AD", "R1", "R2", "usr_one", null)] // The first who comes,
    [InlineData("DE", "R1", "R2", null, "usr_one")] // or leaves.
    public void GivenTwoPeople_WhenBothComeOrLeave_ThenTheFirstCounts(string action, string first, string second, string? userId, string? leaving)
    {
        var unit = Order(Segment("PRT", (2, action), (4, "PI"), (5, first)), Segment("PRT", (2, action), (4, "PI"), (5, second)));

        Assert.Equal(new Assignment(userId, leaving, "PRT-5"), unit.Assignment);
    }

    [Theory]
    [InlineData("AD", true)]
    [InlineData("", true)]
    [InlineData("DE", false)] // It says who leaves, and names nobody.
    [InlineData("UC", false)]
    public void GivenANullForThePerson_WhenMapped_ThenItUnassignsUnlessItLeaves(string action, bool unassigns)
    {
        string[] segments = [Segment("PRT", (2, action), (4, "PI"), (5, "\"\"")), Segment("PRT", (2, action), (4, "PI"), (5, "\"\""))];

        Assert.Equal(unassigns ? new Assignment(null, null, "PRT-5") : null, Order(segments).Assignment);
        Assert.Equal("usr_one", Order([.. segments, Segment("PRT", (4, "PI"), (5, "R1"))]).Assignment?.UserId); // Somebody comes all the same.
    }

    [Fact]
    public void GivenAnAssignmentFieldWithANameOnly_WhenMapped_ThenThatPlaceIsTold()
    {
        string[] segments = ["ORC|XO||F1||SC", Segment("OBR", (3, "F1"), (34, "&EXAMPLE&READER"))];

        Assert.Equal(["DIR-101 OBR-34"], Codes(Unit(Ris with { AssignmentFields = ["OBR-34"] }, "ORM^O01", segments)));
        Assert.Empty(Unit(Ris with { AssignmentFields = ["OBR-33"] }, "ORM^O01", segments).Warnings);
    }

    [Theory]
    [InlineData("R1", "Reader.Two@example.org", "usr_one")] // The surest kind of id first.
    [InlineData("R1~R1", "", "usr_one")]
    [InlineData("R1~R2", "", null)] // Two people are none.
    [InlineData("", "reader.two@example.org", "usr_two")]
    [InlineData("R9", "", null)]
    public void GivenIdsAndAnEMail_WhenMapped_ThenTheSurestThatLeadsToAnybodyCounts(string person, string email, string? userId)
    {
        var unit = Order(Segment("PRT", (4, "PI"), (5, person), (15, email)));

        Assert.Equal(userId, unit.Assignment?.UserId);
    }
}
