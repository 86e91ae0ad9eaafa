using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Store.Suite;

namespace IntegrationWorker.AcceptanceTests.Store;

public sealed class PostgreSqlOutboxTests(SharedSurroundings surroundings) : OutboxSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlStudyReaderTests(SharedSurroundings surroundings) : StudyReaderSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlDeadLetterTests(SharedSurroundings surroundings) : DeadLetterSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlCaseTests(SharedSurroundings surroundings) : CaseSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlHoldTests(SharedSurroundings surroundings) : HoldSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlLinksTests(SharedSurroundings surroundings) : LinksSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlFiguresTests(SharedSurroundings surroundings) : FiguresSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlReplayJobTests(SharedSurroundings surroundings) : ReplayJobSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlMaintenanceTests(SharedSurroundings surroundings) : MaintenanceSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlStartTests(SharedSurroundings surroundings) : StartSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlWorkersTests(SharedSurroundings surroundings) : WorkersSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlStatementTests(SharedSurroundings surroundings) : StatementSuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlApiKeyTests(SharedSurroundings surroundings) : ApiKeySuite(PostgreSqlSuites.On(surroundings));

public sealed class PostgreSqlTargetTests(SharedSurroundings surroundings) : TargetSuite(PostgreSqlSuites.On(surroundings), deaths: 2);

public sealed class PostgreSqlFhirWorkTests(SharedSurroundings surroundings) : FhirWorkSuite(PostgreSqlSuites.On(surroundings));

/// <summary>The suites on PostgreSQL.</summary>
internal static class PostgreSqlSuites
{
    public static Func<CancellationToken, Task<ITestStore>> On(SharedSurroundings surroundings) =>
        async token => await PostgreSqlStore.CreateAsync(surroundings, token);
}
