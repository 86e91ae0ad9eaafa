using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Store;
using IntegrationWorker.Store.PostgreSql;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Store.Suite;
using IntegrationWorker.Studies;

namespace IntegrationWorker.AcceptanceTests.Store;

/// <summary>Small batches use the plans that a connection keeps; large ones are planned for what they bring.</summary>
public sealed class PostgreSqlPlanTests(SharedSurroundings surroundings) : OpenStoreSuite(PostgreSqlSuites.On(surroundings))
{
    private static readonly Statement _planMode = new("select current_setting('plan_cache_mode')");

    [Theory]
    [InlineData(1, "force_generic_plan")]
    [InlineData(16, "force_generic_plan")]
    [InlineData(256, "auto")]
    public async Task GivenABatchOfSomeMessages_WhenItIsOpened_ThenOnlyASmallOneKeepsToThePlansThereAre(int messages, string mode)
    {
        var session = await Store.Database.BeginAsync(Token);
        await using var batch = new PostgreSqlStoreBatch(session, new DataProtector(ProtectionKeys.Create("k")));

        await batch.ClaimAndLoadAsync([.. Numbers(messages, "m")], [.. Numbers(messages, "A").Select(number => new LinkKey(LinkKind.Accession, number))], Token);

        Assert.Equal(mode, await PlanModeAsync(session));
    }

    [Fact]
    public async Task GivenASmallBatchThatEnded_WhenItsConnectionIsUsedAgain_ThenItChoosesByItself()
    {
        await Store.Studies.WriteAsync(changes => changes.NewRecords.Add(Some.Record("m")), Token);

        await using var session = await Store.Database.BeginAsync(Token);

        Assert.Equal("auto", await PlanModeAsync(session));
    }

    private static IEnumerable<string> Numbers(int count, string prefix) => Enumerable.Range(0, count).Select(number => $"{prefix}-{number}");

    private async Task<string> PlanModeAsync(SqlSession session)
    {
        var mode = "";
        await session.RunAsync(_planMode, [], Token, reader => mode = reader.GetString(0));

        return mode;
    }
}
