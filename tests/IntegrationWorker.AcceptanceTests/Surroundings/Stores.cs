namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>The two stores a journey may run on.</summary>
internal static class Stores
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    /// <summary>The settings on this store: a new database on PostgreSQL, a file of the worker's own on SQLite.</summary>
    public static async Task<WorkerSettings> OnAsync(
        this WorkerSettings settings, string store, SharedSurroundings surroundings, CancellationToken cancellationToken) =>
        store == Postgres ? settings with { Postgres = await surroundings.DatabaseAsync(cancellationToken) } : settings;
}
