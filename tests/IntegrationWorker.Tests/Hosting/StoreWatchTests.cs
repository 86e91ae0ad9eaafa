using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Hosting.Metrics;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Suite;
using IntegrationWorker.Tests.Store;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

/// <summary>The figures of the store, however many look at them.</summary>
public sealed class StoreWatchTests : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private ITestStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await SqliteSuites.CreateAsync(_token);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task GivenManyWhoScrape_WhenTheyDo_ThenTheDatabaseIsAskedOnceInFiveSeconds()
    {
        var (watch, time) = Watch();
        var statements = 0;
        _store.Store.Database.Executing += _ => Interlocked.Increment(ref statements);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => watch.RefreshAsync(_token), _token)));
        var once = statements;
        time.Advance(TimeSpan.FromSeconds(4.9));
        await watch.RefreshAsync(_token);
        var stillOnce = statements;
        time.Advance(TimeSpan.FromSeconds(0.2));
        await watch.RefreshAsync(_token);

        Assert.True(watch.Answers);
        Assert.NotEqual(0, once);
        Assert.Equal((once, 2 * once), (stillOnce, statements));
    }

    [Fact]
    public async Task GivenFiguresOfAWhileAgo_WhenNobodyHasLookedSince_ThenTheyAreNotShownAsThoseOfNow()
    {
        var (watch, time) = Watch();
        await watch.RefreshAsync(_token);
        Assert.NotNull(watch.Latest);

        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(watch.Latest);
    }

    private (StoreWatch Watch, FakeTimeProvider Time) Watch()
    {
        var time = new FakeTimeProvider(Some.Noon);
        var gate = new StoreGate();
        gate.Open();

        return (new StoreWatch(gate, new StoreFiguresReader(_store.Store.Database), time), time);
    }
}
