using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Intake;
using IntegrationWorker.Tests.Mapping.Hl7;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Matching;

/// <summary>Which organization a new study gets, for a source that speaks for several. docs/mapping.md §3.7.</summary>
public sealed class OrganizationTests
{
    private static readonly Source _shared = Ris with { SendingFacility = "HOUSE", OrgIds = ["org_north", "org_west"], OrgFields = ["ORC-21", "MSH-4"] };

    private readonly PipelineBench _bench = PipelineBench.InMemory(_shared, Messages.Console);

    [Theory]
    [InlineData("Somewhere^^^^^^^^^WEST", "org_west")] // XON.10 first, then .3, then .1.
    [InlineData("WEST^^NOWHERE", "org_west")]
    public async Task GivenAnOrganizationTheDirectoryKnows_WhenAStudyIsCreated_ThenItBelongsToIt(string sent, string orgId)
    {
        var result = await _bench.SendAsync(NewOrderOf(sent));

        Assert.Equal(Outcomes.Created, result.Outcome);
        Assert.Equal(orgId, (await _bench.StudyAsync(Uid(1))).OrgId);
    }

    [Fact]
    public async Task GivenNoOrganizationTheDirectoryKnows_WhenAStudyWouldBeCreated_ThenItGoesToAPerson()
    {
        var result = await _bench.SendAsync(NewOrderOf("Nowhere"));

        Assert.Equal((Outcomes.Rejected, Codes.OrgNotFound), (result.Outcome, result.Units.Single().Error?.Code));
        Assert.Empty(await _bench.StudiesAsync());
    }

    [Fact]
    public async Task GivenAMovedStudy_WhenTheSameCommandComesAgain_ThenNothingChanges()
    {
        await _bench.SendAsync(NewOrderOf("NORTH"));

        var results = await _bench.SendEachAsync(Move("m-1", 1, "\"org_west\""), Move("m-2", 2, "\"org_west\""), Move("m-3", 3, "null"));

        Assert.Equal([Outcomes.Applied, Outcomes.Unchanged, Outcomes.Applied], results.Select(result => result.Outcome));
        Assert.Equal([("org_north", "org_west")], results[0].Units.Single().Effective!.Changes.Select(change => (change.Previous, change.Current)));
        Assert.Null((await _bench.StudyAsync(Uid(1))).OrgId);
    }

    private static InboundMessage Move(string id, int minute, string orgId) =>
        Command(id, minute, ByUid(Uid(1)), "update", $$"""{"orgId": {{orgId}} }""");

    private static InboundMessage NewOrderOf(string organization) =>
        V2From(
            _shared,
            "C1",
            0,
            "ORM^O01",
            Hl7Sending.Segment("ORC", (1, "NW"), (3, "F1^RIS"), (5, "SC"), (9, At(0)), (21, organization)),
            "OBR|1||F1^RIS|X^CT^RIS|R",
            $"ZDS|{Uid(1)}");
}
