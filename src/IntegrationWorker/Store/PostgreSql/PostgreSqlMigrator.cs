using DbUp;
using DbUp.Engine;
using Npgsql;

namespace IntegrationWorker.Store.PostgreSql;

/// <summary>Migrates a PostgreSQL database under a lock that all workers of this database ask for.</summary>
internal sealed class PostgreSqlMigrator(PostgreSqlDatabase database) : StoreMigrator
{
    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // Unpooled: closing the connection gives the lock back, whatever happened.
        await using var connection =
            new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command =
            new NpgsqlCommand("select pg_advisory_lock(hashtextextended('migration', 0))", connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);

        await Task.Run(() => Apply(Engine()), cancellationToken);
    }

    public override Task<bool> IsBehindAsync(CancellationToken cancellationToken) =>
        Task.Run(() => Engine().IsUpgradeRequired(), cancellationToken);

    private UpgradeEngine Engine() => Engine(DeployChanges.To.PostgresqlDatabase(database.ConnectionString), "PostgreSql", QuartzTables.Script);
}
