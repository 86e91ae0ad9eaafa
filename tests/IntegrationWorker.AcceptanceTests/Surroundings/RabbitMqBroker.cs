using System.Net.Sockets;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>
/// A real RabbitMQ: the one of <c>TEST_RABBITMQ_URI</c>, else one in a container where an engine answers,
/// else a private child process. <see cref="SharedSurroundings"/> has one for all; a test that stops it starts its own.
/// </summary>
internal sealed class RabbitMqBroker : IAsyncDisposable
{
    private readonly IBrokerHost _host;
    private readonly BrokerManagement _management;

    private RabbitMqBroker(IBrokerHost host)
    {
        _host = host;
        _management = new BrokerManagement(host.Management, host.Amqp);
    }

    /// <summary>The virtual host <c>/</c>; tests take one of their own from <see cref="CreateVirtualHostAsync"/>.</summary>
    public Uri Uri => _host.Amqp;

    /// <summary>The broker that tests share.</summary>
    public static async Task<RabbitMqBroker> StartSharedAsync(CancellationToken cancellationToken) =>
        Environment.GetEnvironmentVariable("TEST_RABBITMQ_URI") is { Length: > 0 } uri
            ? await StartAsync(new ForeignBrokerHost(new Uri(uri)), cancellationToken)
            : await StartOwnAsync(cancellationToken);

    /// <summary>A broker of one test, which may stop and kill it. Takes about six seconds.</summary>
    public static async Task<RabbitMqBroker> StartOwnAsync(CancellationToken cancellationToken)
    {
        var engine = await ContainerEngine.FindAsync(cancellationToken);
        return await StartAsync(engine is null ? new PrivateBrokerHost() : new ContainerBrokerHost(engine), cancellationToken);
    }

    public async Task<VirtualHost> CreateVirtualHostAsync(CancellationToken cancellationToken)
    {
        var name = $"test-{Guid.NewGuid():N}";
        await _management.CreateVirtualHostAsync(name, cancellationToken);
        return new VirtualHost(_management, name, new UriBuilder(Uri) { Path = name }.Uri);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _host.StartAsync(cancellationToken);
        await Patience.UntilAsync(
            async () =>
            {
                if (_host.HasFailed)
                {
                    throw new InvalidOperationException($"RabbitMQ has ended at its start. {_host}");
                }

                return await PortAnswersAsync(cancellationToken) && await _management.AnswersAsync(cancellationToken);
            },
            () => $"RabbitMQ answers on {Uri.Authority}. {_host}",
            TimeSpan.FromSeconds(120),
            cancellationToken);
        await Patience.UntilAsync(
            () => _management.AllQueuesRunAsync(cancellationToken), () => $"every queue has a leader. {_host}", cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _host.StopAsync(cancellationToken);

    /// <summary>A broker without memory left takes nothing from anybody who publishes, and goes on delivering.</summary>
    public Task RaiseMemoryAlarmAsync(CancellationToken cancellationToken) => _host.ControlAsync(["set_vm_memory_high_watermark", "0"], cancellationToken);

    public Task EndMemoryAlarmAsync(CancellationToken cancellationToken) => _host.ControlAsync(["set_vm_memory_high_watermark", "0.6"], cancellationToken);

    /// <summary>Ends the node at once, as a power cut would.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => _host.KillAsync(cancellationToken);

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        await StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _management.Dispose();
        await _host.DisposeAsync();
    }

    private static async Task<RabbitMqBroker> StartAsync(IBrokerHost host, CancellationToken cancellationToken)
    {
        var broker = new RabbitMqBroker(host);
        try
        {
            await broker.StartAsync(cancellationToken);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> PortAnswersAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(Uri.Host, Uri.Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
