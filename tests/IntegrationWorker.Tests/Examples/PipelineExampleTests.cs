using IntegrationWorker.Tests.Store;
using Xunit;

namespace IntegrationWorker.Tests.Examples;

/// <summary>Every worked example, all the way on a store in memory: outcomes, effective updates, warnings, events and the studies at the end.</summary>
public sealed class PipelineExampleTests
{
    public static TheoryData<string> Examples => [.. ExampleFolders.All()];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task GivenAnExample_WhenItsMessagesComeInMemory_ThenAllIsAsTheExampleSays(string name) =>
        Assert.Empty(await new ExampleRun(Example.Load(name), new MemoryStudyStore()).RunAsync(TestContext.Current.CancellationToken));
}
