using IntegrationWorker.AcceptanceTests.Surroundings;

[assembly: AssemblyFixture(typeof(SharedSurroundings))]

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>The broker and the database that all tests share. Each is started by the first test that asks for it.</summary>
public sealed class SharedSurroundings : IAsyncLifetime
{
    private readonly Lazy<Task<RabbitMqBroker>> _broker = new(() => RabbitMqBroker.StartSharedAsync(CancellationToken.None));
    private readonly Lazy<Task<PostgresServer>> _postgres = new(() => PostgresServer.StartSharedAsync(CancellationToken.None));

    internal Task<RabbitMqBroker> BrokerAsync() => _broker.Value;

    internal Task<PostgresServer> PostgresAsync() => _postgres.Value;

    /// <summary>A virtual host of its own for one test.</summary>
    internal async Task<VirtualHost> VirtualHostAsync(CancellationToken cancellationToken) =>
        await (await BrokerAsync()).CreateVirtualHostAsync(cancellationToken);

    /// <summary>An empty PostgreSQL database of its own for one test; returns the connection string.</summary>
    internal async Task<string> DatabaseAsync(CancellationToken cancellationToken) =>
        await (await PostgresAsync()).CreateDatabaseAsync(cancellationToken);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await DisposeAsync(_broker);
        await DisposeAsync(_postgres);
    }

    private static async Task DisposeAsync<T>(Lazy<Task<T>> lazy)
        where T : IAsyncDisposable
    {
        // One that did not start has cleaned up after itself, and failed the tests that wanted it.
        if (lazy.IsValueCreated && lazy.Value.IsCompletedSuccessfully)
        {
            await (await lazy.Value).DisposeAsync();
        }
    }
}
