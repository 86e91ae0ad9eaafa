using System.Globalization;
using IntegrationWorker.Hosting;

namespace IntegrationWorker.AcceptanceTests.Chaos;

internal enum Disturbance
{
    KillWorker,
    StopWorker,
    PauseBroker,
    CutBroker,
    CutBrokerInAMessage,
    RestartBroker,
    PauseDatabase,
    CutDatabase,
    CutDatabaseInAStatement,
    RestartDatabase,
    KillDatabase,
}

/// <summary>What happens in one round. Follows from its seed.</summary>
/// <param name="CrashAt">For <c>INTEGRATION_WORKER_CRASH_AT</c> of the first worker.</param>
internal sealed record ChaosPlan(int Seed, bool IsPostgres, int Workers, int BatchMessagesMax, string CrashAt, IReadOnlyList<Disturbance> Disturbances)
{
    // A broker takes seconds to come back: every eighth round has one.
    private const int RoundsPerBrokerRestart = 8;

    private static readonly string[] _places =
    [
        CrashPoint.AfterClaim, CrashPoint.BeforeCommit, CrashPoint.AfterCommit, CrashPoint.BeforePublish, CrashPoint.BeforeMark, CrashPoint.BeforeAck,
    ];

    private static readonly Disturbance[] _anywhere =
    [
        Disturbance.KillWorker, Disturbance.KillWorker, Disturbance.StopWorker, Disturbance.PauseBroker, Disturbance.CutBroker, Disturbance.CutBrokerInAMessage,
    ];

    private static readonly Disturbance[] _onPostgres =
    [
        .. _anywhere, Disturbance.PauseDatabase, Disturbance.CutDatabase, Disturbance.CutDatabaseInAStatement, Disturbance.RestartDatabase, Disturbance.KillDatabase,
    ];

    public static ChaosPlan Of(int seed, string store)
    {
        var random = new Random(seed);
        var isPostgres = store.Length > 0 ? store == "postgres" : seed % 3 != 0;
        var kinds = isPostgres ? _onPostgres : _anywhere;
        var place = _places[seed % _places.Length];
        var count = random.Next(1, place == CrashPoint.BeforeAck ? 60 : 6);
        List<Disturbance> disturbances = [.. random.GetItems(kinds, random.Next(2, 4))];

        if (seed % RoundsPerBrokerRestart == RoundsPerBrokerRestart / 2)
        {
            disturbances[0] = Disturbance.RestartBroker;
        }

        return new ChaosPlan(seed, isPostgres, isPostgres ? random.Next(1, 3) : 1, random.Next(8, 65), $"{place}:{count}", disturbances);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}, {(IsPostgres ? "postgres" : "sqlite")}, {Workers} worker(s), crash {CrashAt}, {string.Join(", ", Disturbances)}");
}
