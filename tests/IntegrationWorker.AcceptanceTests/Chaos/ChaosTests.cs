using System.Diagnostics;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>
/// The crash laboratory: whatever dies, wherever, nothing is lost, nothing counts twice, and every study is right.
/// Ten rounds here; <c>eng/chaos.sh</c> runs as many as one likes.
/// </summary>
public sealed class ChaosTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenMessagesWithAKnownAnswer_WhenWorkersBrokerAndDatabaseDie_ThenTheAnswerComesOut()
    {
        var settings = ChaosSettings.Read();
        await using var site = await ChaosSite.StartAsync(_token);
        var failed = new List<string>();

        for (var round = 0; round < settings.Rounds; round++)
        {
            var plan = ChaosPlan.Of(settings.Seed + round, settings.Store);
            var started = Stopwatch.StartNew();
            var findings = await ChaosRound.RunAsync(site, plan, _token);
            var line = $"round {round + 1}: {plan}: {findings} ({started.Elapsed.TotalSeconds:0.0} s)";

            if (!findings.AreNone)
            {
                failed.Add(line);
            }

            if (settings.IsScript)
            {
                Console.WriteLine(line);
            }
        }

        Assert.True(failed.Count == 0, string.Join('\n', failed));
    }
}
