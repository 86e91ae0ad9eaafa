using IntegrationWorker.Store.Suite;

namespace IntegrationWorker.Tests.Store;

public sealed class SqliteOutboxTests() : OutboxSuite(SqliteSuites.CreateAsync);

public sealed class SqliteStudyReaderTests() : StudyReaderSuite(SqliteSuites.CreateAsync);

public sealed class SqliteLinksTests() : LinksSuite(SqliteSuites.CreateAsync);

public sealed class SqliteDeadLetterTests() : DeadLetterSuite(SqliteSuites.CreateAsync);

public sealed class SqliteCaseTests() : CaseSuite(SqliteSuites.CreateAsync);

public sealed class SqliteHoldTests() : HoldSuite(SqliteSuites.CreateAsync);

public sealed class SqliteFiguresTests() : FiguresSuite(SqliteSuites.CreateAsync);

public sealed class SqliteReplayJobTests() : ReplayJobSuite(SqliteSuites.CreateAsync);

public sealed class SqliteMaintenanceTests() : MaintenanceSuite(SqliteSuites.CreateAsync);

public sealed class SqliteStartTests() : StartSuite(SqliteSuites.CreateAsync);

public sealed class SqliteWorkersTests() : WorkersSuite(SqliteSuites.CreateAsync);

public sealed class SqliteStatementTests() : StatementSuite(SqliteSuites.CreateAsync);

public sealed class SqliteApiKeyTests() : ApiKeySuite(SqliteSuites.CreateAsync);

public sealed class SqliteTargetTests() : TargetSuite(SqliteSuites.CreateAsync, deaths: 6);

public sealed class SqliteFhirWorkTests() : FhirWorkSuite(SqliteSuites.CreateAsync);

/// <summary>The suites on SQLite.</summary>
internal static class SqliteSuites
{
    public static async Task<ITestStore> CreateAsync(CancellationToken cancellationToken) => await SqliteStoreFixture.CreateAsync(cancellationToken);
}
