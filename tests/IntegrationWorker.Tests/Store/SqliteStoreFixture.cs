using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sqlite;
using IntegrationWorker.Store.Suite;

namespace IntegrationWorker.Tests.Store;

/// <summary>A SQLite store in a folder of its own, which goes with it.</summary>
internal sealed class SqliteStoreFixture : ITestStore
{
    private readonly string _folder = Directory.CreateTempSubdirectory("store-").FullName;

    private SqliteStoreFixture()
    {
        Keys = ProtectionKeys.Create("test-key");
        Store = Open();
    }

    public ProtectionKeys Keys { get; }

    public OpenStore Store { get; }

    public string Path => System.IO.Path.Combine(_folder, "worker.db");

    /// <summary>An empty store with the tables of this version.</summary>
    public static async Task<SqliteStoreFixture> CreateAsync(CancellationToken cancellationToken)
    {
        var fixture = new SqliteStoreFixture();
        await fixture.Store.Migrator.MigrateAsync(cancellationToken);

        return fixture;
    }

    public OpenStore Open()
    {
        var database = new SqliteDatabase(Path);

        return new OpenStore(database, new SqliteMigrator(database), protector => new SqliteStudyStore(database, protector), Keys);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
