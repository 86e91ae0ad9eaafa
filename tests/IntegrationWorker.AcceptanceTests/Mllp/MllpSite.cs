using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Mllp;

/// <summary>A worker with an MLLP listener, on one of the two transports.</summary>
internal sealed class MllpSite : IAsyncDisposable
{
    private readonly VirtualHost? _host;

    private MllpSite(WorkerProcess worker, int port, VirtualHost? host) => (Worker, Port, _host) = (worker, port, host);

    public WorkerProcess Worker { get; }

    public int Port { get; }

    /// <param name="broker">The virtual host for the transport rabbitmq, which this site removes; null: embedded.</param>
    /// <param name="settings">Further settings of the listener: <c>Source</c>, <c>Tls__Certificate</c> …</param>
    public static async Task<MllpSite> StartAsync(
        VirtualHost? broker, CancellationToken cancellationToken, WorkerSettings? worker = null, params (string Name, string Value)[] settings)
    {
        var port = FreePorts.One();
        var environment = new Dictionary<string, string?>((worker ?? new WorkerSettings()).Environment) { ["Mllp__0__Port"] = $"{port}" };

        foreach (var (name, value) in settings)
        {
            environment[$"Mllp__0__{name}"] = value;
        }

        var process = await WorkerProcess.StartAsync((worker ?? new WorkerSettings()) with { Broker = broker?.Uri, Environment = environment }, cancellationToken);
        return new MllpSite(process, port, broker);
    }

    public Task<MllpPeer> ConnectAsync(CancellationToken cancellationToken) => MllpPeer.ConnectAsync(Port, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();

        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }
}
