using DbUp;
using DbUp.Engine;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>Migrates a SQLite file inside one transaction, which keeps all other writers out from its first statement on.</summary>
internal sealed class SqliteMigrator(SqliteDatabase database) : StoreMigrator
{
    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // The writer's own settings (WAL) are part of the file and cannot be made inside the transaction.
        await using (var session = await database.BeginAsync(cancellationToken))
        {
        }

        await Task.Run(() => Apply(Engine()), cancellationToken);
    }

    public override Task<bool> IsBehindAsync(CancellationToken cancellationToken) =>
        Task.Run(() => Engine().IsUpgradeRequired(), cancellationToken);

    private UpgradeEngine Engine() =>
        Engine(DeployChanges.To.SqliteDatabase(SqliteDatabase.ConnectionStringFor(database.Path)), "Sqlite");
}
