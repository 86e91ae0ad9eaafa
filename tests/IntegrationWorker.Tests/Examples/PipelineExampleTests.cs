using IntegrationWorker.Store;
using IntegrationWorker.Tests.Store;
using Xunit;

namespace IntegrationWorker.Tests.Examples;

/// <summary>Every worked example, all the way on a store in memory: outcomes, effective updates, warnings, events and the studies at the end.</summary>
public sealed class PipelineExampleTests
{
    public static TheoryData<string> Examples => [.. ExampleFolders.All()];

    [Theory]
    [MemberData(nameof(Examples))]
    public Task GivenAnExample_WhenItsMessagesComeInMemory_ThenAllIsAsTheExampleSays(string name) => RunAsync(name, new MemoryStudyStore());

    internal static async Task RunAsync(string name, IStudyStore store)
    {
        var differences = await new ExampleRun(Example.Load(name), store).RunAsync(TestContext.Current.CancellationToken);
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }
}
