using IntegrationWorker.Tests.Store;
using Xunit;

namespace IntegrationWorker.Tests.Examples;

/// <summary>Every worked example, all the way on a database.</summary>
public sealed class SqliteExampleTests
{
    public static TheoryData<string> Examples => PipelineExampleTests.Examples;

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task GivenAnExample_WhenItsMessagesComeOnSqlite_ThenAllIsAsTheExampleSays(string name)
    {
        await using var fixture = await SqliteStoreFixture.CreateAsync(TestContext.Current.CancellationToken);

        Assert.Empty(await new ExampleRun(Example.Load(name), fixture.Store.Studies).RunAsync(TestContext.Current.CancellationToken));
    }
}
