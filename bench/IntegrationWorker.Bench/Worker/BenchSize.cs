namespace IntegrationWorker.Bench.Worker;

/// <summary>How much is measured.</summary>
/// <param name="Messages">Orders that wait when a worker starts.</param>
/// <param name="Studies">Studies that they are about.</param>
/// <param name="ManyStudies">Studies of the large store.</param>
/// <param name="ManyMessages">Ledger rows of the large store.</param>
internal sealed record BenchSize(int Messages, int Studies, int ManyStudies, int ManyMessages)
{
    public static BenchSize Full { get; } = new(40_000, 5_000, 1_000_000, 5_000_000);
}
