namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>What the laboratory is to do: by default a mix of ten rounds. <c>eng/chaos.sh</c> sets the variables.</summary>
/// <param name="Store"><c>sqlite</c>, <c>postgres</c>, or empty for both in turns.</param>
/// <param name="Seed">Of the first round; each one counts up. The same seed plans the same round, but not the same moments.</param>
internal sealed record ChaosSettings(int Rounds, int Seed, string Store, bool IsScript)
{
    private const int RoundsUsual = 10;

    public static ChaosSettings Read()
    {
        var rounds = Environment.GetEnvironmentVariable("CHAOS_ROUNDS");

        return new ChaosSettings(
            int.TryParse(rounds, out var count) ? count : RoundsUsual,
            int.TryParse(Environment.GetEnvironmentVariable("CHAOS_SEED"), out var seed) ? seed : 1,
            Environment.GetEnvironmentVariable("CHAOS_STORE") ?? "",
            !string.IsNullOrEmpty(rounds));
    }
}
