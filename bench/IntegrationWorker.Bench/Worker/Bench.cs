using IntegrationWorker.AcceptanceTests.Surroundings;
using Npgsql;
using RabbitMQ.Client;

namespace IntegrationWorker.Bench.Worker;

/// <summary>A real broker with quorum queues and a real PostgreSQL that waits for the disk, both for this run alone.</summary>
internal sealed class Bench : IAsyncDisposable
{
    public const string InputQueue = "study-updates.hl7v2";

    /// <summary>Stands for whoever reads the events; nothing is taken out of it while the time runs.</summary>
    public const string EventQueue = "bench.events";

    private readonly RabbitMqBroker _broker;
    private readonly PostgresServer _postgres;

    private Bench(RabbitMqBroker broker, PostgresServer postgres)
    {
        _broker = broker;
        _postgres = postgres;
    }

    public static async Task<Bench> StartAsync(CancellationToken cancellationToken) => new(
        await RabbitMqBroker.StartOwnAsync(cancellationToken),
        await PostgresServer.StartOwnAsync(durable: true, cancellationToken));

    public Task<VirtualHost> VirtualHostAsync(CancellationToken cancellationToken) => _broker.CreateVirtualHostAsync(cancellationToken);

    public Task<string> DatabaseAsync(CancellationToken cancellationToken) => _postgres.CreateDatabaseAsync(cancellationToken);

    public static async Task<long> DatabaseBytesAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select pg_database_size(current_database())", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A queue behind the exchange of the events, as a reading platform has one.</summary>
    public static async Task DeclareEventQueueAsync(Uri broker, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync("study-updated", ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            EventQueue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(EventQueue, "study-updated", "#", cancellationToken: cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
