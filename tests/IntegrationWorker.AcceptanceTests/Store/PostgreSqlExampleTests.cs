using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Tests.Examples;

namespace IntegrationWorker.AcceptanceTests.Store;

/// <summary>Every worked example, all the way on a PostgreSQL database of its own.</summary>
public sealed class PostgreSqlExampleTests(SharedSurroundings surroundings)
{
    public static TheoryData<string> Examples => [.. ExampleFolders.All()];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task GivenAnExample_WhenItsMessagesComeOnPostgreSql_ThenAllIsAsTheExampleSays(string name)
    {
        await using var store = await PostgreSqlStore.CreateAsync(surroundings, TestContext.Current.CancellationToken);

        Assert.Empty(await new ExampleRun(Example.Load(name), store.Store.Studies).RunAsync(TestContext.Current.CancellationToken));
    }
}
