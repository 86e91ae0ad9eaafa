using IntegrationWorker.DeadLetters.Replays;
using IntegrationWorker.Store;
using Xunit;

namespace IntegrationWorker.Tests.DeadLetters;

public sealed class ReplayPaceTests
{
    private static readonly ReplayJob _job = new()
    {
        Id = "rpj_1", CreatedAt = default, Who = "", Why = "", Selection = "", Rate = 100, StopPercent = 20, HasCanary = true,
    };

    [Fact]
    public void GivenAJob_WhenPaced_ThenOneThenTenThenMoreEachSecondUpToItsRate()
    {
        var pace = new ReplayPace(_job);
        var (done, perSecond) = (0L, new List<long>());

        Assert.Equal(1, pace.Next(0, TimeSpan.Zero));
        Assert.Equal(10, pace.Next(1, TimeSpan.Zero));
        done = 11;

        for (var second = 0; second < 6; second++)
        {
            var before = done;

            for (var step = 0; step < 20; step++)
            {
                var size = pace.Next(done, TimeSpan.FromSeconds(second + (step / 20.0)));
                pace.Add(Enumerable.Repeat(false, size));
                done += size;
            }

            perSecond.Add(done - before);
        }

        Assert.Equal(6, perSecond.Count);
        Assert.All(perSecond.Zip([10, 20, 40, 80, 100, 100]), pair => Assert.InRange(pair.First, pair.Second * 0.7, pair.Second * 1.1));
    }

    [Fact]
    public void GivenNoCanaryAndNoRate_WhenPaced_ThenBatchesAreFullFromTheStart() =>
        Assert.Equal(ReplayPace.BatchMax, new ReplayPace(_job with { HasCanary = false, Rate = 0 }).Next(0, TimeSpan.Zero));

    [Theory]
    [InlineData(0, 1, 1, true)] // The first canary.
    [InlineData(9, 2, 11, false)] // 18 % of eleven.
    [InlineData(8, 3, 11, true)]
    [InlineData(4, 6, 1000, false)] // Resumed: ten are too few to tell.
    [InlineData(80, 20, 1000, false)]
    [InlineData(79, 21, 1000, true)]
    [InlineData(79, 321, 1000, true)] // Only the last hundred count.
    public void GivenRejections_WhenTheShareIsLookedAt_ThenTheJobStopsAboveItsLimit(int good, int bad, int done, bool stops)
    {
        var pace = new ReplayPace(_job);

        pace.Add(Enumerable.Repeat(false, good));
        pace.Add(Enumerable.Repeat(true, bad));

        Assert.Equal(stops, pace.ReasonToStop(done) is not null);
    }
}
