using System.Net.Sockets;
using IntegrationWorker.Hosting.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Mllp;

/// <summary>One listener: a server of its own, with Kestrel's transport, TLS, limit of connections and orderly end, and without its HTTP.</summary>
/// <remarks>docs/adr/0014-mllp-on-kestrel.md.</remarks>
internal sealed class MllpListener : IHostedService, IDisposable
{
    // A peer that has vanished without a word (a cable, a firewall that forgets) is noticed after about two minutes.
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveProbes = 4;
    private const int KeepAliveIntervalSeconds = 15;

    private readonly MllpOptions _options;
    private readonly MllpDoor _door;
    private readonly MllpMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<MllpListener> _logger;
    private readonly MllpPlaces _places = new();
    private readonly KestrelServer _server;

    public MllpListener(
        MllpOptions options, MllpDoor door, MllpMetrics metrics, IServiceProvider services, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _door = door;
        _metrics = metrics;
        _time = time;
        _logger = loggers.CreateLogger<MllpListener>();

        var kestrel = new KestrelServerOptions { ApplicationServices = services };
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Listen(options.Address, options.Port, Configure);
        var sockets = new SocketTransportOptions
        {
            CreateBoundListenSocket = Bind,

            // Nothing here blocks, so a message goes from its socket to its queue on one thread, without being handed on twice.
            UnsafePreferInlineScheduling = true,

            // One system call less for every message, for 4 KiB of each idle connection.
            WaitForDataBeforeAllocatingBuffer = false,
        };
        _server = new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(sockets), loggers), loggers);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync(new NoHttp(), cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            var wrong = e.GetBaseException() is SocketException socket ? socket.Message : "cannot be listened on.";
            throw new SettingsException(
                [new SettingsFault(_options.Path, $"{_options.Name}: {wrong}.", "Stop what uses the port, or set another Address or Port.")]);
        }

        MllpLog.Listening(_logger, _options.Name);
    }

    // Takes no further connection, asks those there are to end, and waits for them as long as the host waits.
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose()
    {
        _server.Dispose();
        _places.Dispose();
    }

    private void Configure(ListenOptions listen)
    {
        if (_options.Tls is { } files)
        {
            var tls = new MllpTls(files, _options.Name, _logger);
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.Options()) });
        }

        listen.Run(ServeAsync);
    }

    private async Task ServeAsync(ConnectionContext connection)
    {
        var ending = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        MllpLog.Connected(_logger, connection.ConnectionId, connection.RemoteEndPoint?.ToString(), _options.Name);
        using var session = new MllpSession(
            connection, _options, new MllpAnswering(_options, _door, _metrics, _time), _places, _time, _logger, ending);
        _metrics.Connected(_options);

        try
        {
            await session.RunAsync();
        }
        finally
        {
            _metrics.Ended(_options);
        }
    }

    private static Socket Bind(System.Net.EndPoint endPoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        return socket;
    }

    // The server wants one; no connection gets as far.
    private sealed class NoHttp : IHttpApplication<object>
    {
        public object CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public Task ProcessRequestAsync(object context) => Task.CompletedTask;

        public void DisposeContext(object context, Exception? exception)
        {
        }
    }
}
