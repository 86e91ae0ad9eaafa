using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Store.PostgreSql;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Suite;
using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Store;

/// <summary>A PostgreSQL database of one test, with the tables of this version.</summary>
internal sealed class PostgreSqlStore : ITestStore
{
    private readonly ProtectionKeys _keys = ProtectionKeys.Create("test-key");
    private readonly string _connectionString;

    private PostgreSqlStore(string connectionString)
    {
        _connectionString = connectionString;
        Store = Open();
    }

    public OpenStore Store { get; }

    public string ConnectionString => _connectionString;

    public static async Task<PostgreSqlStore> CreateAsync(SharedSurroundings surroundings, CancellationToken cancellationToken)
    {
        var store = new PostgreSqlStore(await surroundings.DatabaseAsync(cancellationToken));
        await store.Store.Migrator.MigrateAsync(cancellationToken);

        return store;
    }

    public OpenStore Open()
    {
        var database = new PostgreSqlDatabase(_connectionString);

        return new OpenStore(database, new PostgreSqlMigrator(database), protector => new PostgreSqlStudyStore(database, protector), _keys);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();

        // What the migration has used stays connected for minutes, and the server takes 200 at a time.
        await using var connection = new NpgsqlConnection(((PostgreSqlDatabase)Store.Database).ConnectionString);
        NpgsqlConnection.ClearPool(connection);
    }
}
