using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using Xunit;

namespace IntegrationWorker.Tests.Outbox;

public sealed class WavesTests
{
    [Fact]
    public void GivenSeveralEventsOfAStudy_WhenCut_ThenEachWaveHasOneOfThemInOrder()
    {
        var waves = Waves.Of([Event(3, "a"), Event(1, "a"), Event(2, "b"), Event(4, "a"), Event(5, "c")]);

        Assert.Equal([[1, 2, 5], [3], [4]], waves.Select(wave => wave.Select(entry => (int)entry.Position)));
    }

    [Fact]
    public void GivenNothing_WhenCut_ThenThereIsNoWave() => Assert.Empty(Waves.Of([]));

    private static OutboxEntry Event(long position, string studyId) =>
        new($"evt_{position}", studyId, position, DateTimeOffset.UnixEpoch, []) { Position = position };
}
