using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Store;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

/// <summary>Any cut of a sequence of messages into batches gives the result of batches of one.</summary>
public sealed class BatchCutTests
{
    private const int Length = 60;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAnySequence_WhenItIsCutIntoBatches_ThenTheMemoryStoreHoldsWhatBatchesOfOneLeave()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            await CheckAsync(seed, Length, () => Task.FromResult<(IStudyStore, IAsyncDisposable?)>((new MemoryStudyStore(), null)));
        }
    }

    [Fact]
    public async Task GivenAnySequence_WhenItIsCutIntoBatches_ThenTheSqliteStoreHoldsWhatBatchesOfOneLeave()
    {
        for (var seed = 1001; seed <= 1006; seed++)
        {
            await CheckAsync(seed, Length, async () =>
            {
                var fixture = await SqliteStoreFixture.CreateAsync(Token);
                return (fixture.Store.Studies, fixture);
            });
        }
    }

    [Fact]
    public async Task GivenSourcesWhoseMessagesWaitBehindRejectedOnes_WhenASequenceIsCutIntoBatches_ThenTheSameWait()
    {
        Source[] holding = [.. Messages.Sources.Select(source => source with { HoldsOnRejection = true })];

        for (var seed = 2001; seed <= 2040; seed++)
        {
            await CheckAsync(seed, Length, () => Task.FromResult<(IStudyStore, IAsyncDisposable?)>((new MemoryStudyStore(), null)), holding);
        }
    }

    private static async Task CheckAsync(int seed, int length, Func<Task<(IStudyStore, IAsyncDisposable?)>> open, params Source[] sources)
    {
        var random = new Random(seed);
        var steps = Sequences.Generate(random, length);
        var cut = Sequences.Cut(random, length);
        var differences = await DifferencesAsync(steps, cut, open, sources);

        if (differences.Count == 0)
        {
            return;
        }

        while (await ShrinkAsync(steps, cut, open, sources) is { } smaller)
        {
            (steps, cut, differences) = smaller;
        }

        // What the messages say stays out of the report: the seed brings it back.
        Assert.Fail($"Seed {seed}: {string.Join(", ", differences)} differ after {Describe(steps, cut)}");
    }

    /// <summary>Leaves one message out, if the difference stays; null when it never does.</summary>
    private static async Task<(List<Step> Steps, List<int> Cut, List<string> Differences)?> ShrinkAsync(
        List<Step> steps, List<int> cut, Func<Task<(IStudyStore, IAsyncDisposable?)>> open, Source[] sources)
    {
        for (int batch = 0, start = 0; batch < cut.Count; start += cut[batch++])
        {
            for (var i = 0; i < cut[batch]; i++)
            {
                List<Step> fewer = [.. steps];
                fewer.RemoveAt(start + i);
                List<int> smaller = [.. cut];
                smaller[batch]--;
                var differences = await DifferencesAsync(fewer, smaller, open, sources);

                if (differences.Count > 0)
                {
                    return (fewer, [.. smaller.Where(size => size > 0)], differences);
                }
            }
        }

        return null;
    }

    private static async Task<List<string>> DifferencesAsync(
        List<Step> steps, List<int> cut, Func<Task<(IStudyStore, IAsyncDisposable?)>> open, Source[] sources)
    {
        try
        {
            return Snapshot.Compare(
                await RunAsync(steps, [.. Enumerable.Repeat(1, steps.Count)], open, sources),
                await RunAsync(steps, cut, open, sources));
        }
        catch (StoreConflictException)
        {
            // Nobody else writes: the batch wrote what it had not looked at.
            return ["conflicts"];
        }
    }

    private static async Task<SortedDictionary<string, string>> RunAsync(
        List<Step> steps, List<int> cut, Func<Task<(IStudyStore, IAsyncDisposable?)>> open, Source[] sources)
    {
        var (store, fixture) = await open();

        try
        {
            var bench = PipelineBench.Over(store, Token, sources);
            List<InboundMessage> messages = [.. steps.Select((step, position) => step.ToMessage(position))];
            List<MessageResult> results = [];

            foreach (var size in cut)
            {
                results.AddRange(await bench.SendBatchAsync(messages.GetRange(results.Count, size)));
            }

            return await Snapshot.OfAsync(bench.Store, results, Token);
        }
        finally
        {
            if (fixture is not null)
            {
                await fixture.DisposeAsync();
            }
        }
    }

    private static string Describe(List<Step> steps, List<int> cut)
    {
        var start = 0;
        var batches = new List<string>();

        foreach (var size in cut)
        {
            batches.Add($"[{string.Join(", ", steps.GetRange(start, size))}]");
            start += size;
        }

        return string.Join(" ", batches);
    }
}
