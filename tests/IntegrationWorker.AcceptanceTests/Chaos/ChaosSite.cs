using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Store.PostgreSql;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Store.Sqlite;
using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>A broker and a database of the laboratory's own, with a network in front of each that can be disturbed.</summary>
internal sealed class ChaosSite : IAsyncDisposable
{
    private ChaosSite(RabbitMqBroker broker, PostgresServer postgres)
    {
        (Broker, Postgres) = (broker, postgres);
        ToBroker = new Proxy(() => (broker.Uri.Host, broker.Uri.Port));
        var address = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        ToDatabase = new Proxy(() => (address.Host!, address.Port));
    }

    public RabbitMqBroker Broker { get; }

    public PostgresServer Postgres { get; }

    public Proxy ToBroker { get; }

    public Proxy ToDatabase { get; }

    public static async Task<ChaosSite> StartAsync(CancellationToken cancellationToken)
    {
        var broker = RabbitMqBroker.StartOwnAsync(cancellationToken);
        var postgres = PostgresServer.StartOwnAsync(durable: true, cancellationToken);

        return new ChaosSite(await broker, await postgres);
    }

    /// <summary>The broker's address as workers see it.</summary>
    public Uri Through(Uri broker) => new UriBuilder(broker) { Host = "127.0.0.1", Port = ToBroker.Port }.Uri;

    /// <summary>The database's address as workers see it.</summary>
    public string Through(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = ToDatabase.Port }.ConnectionString;

    /// <summary>The laboratory's own way to the store of a round.</summary>
    public static Database Open(string? connectionString, string sqliteFile) =>
        connectionString is null ? new SqliteDatabase(sqliteFile) : new PostgreSqlDatabase(connectionString);

    public async ValueTask DisposeAsync()
    {
        await ToBroker.DisposeAsync();
        await ToDatabase.DisposeAsync();
        await Broker.DisposeAsync();
        await Postgres.DisposeAsync();
    }
}
