using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A network between a worker and a server that a test can hold up and cut.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> _connections = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Func<(string Host, int Port)> _target;
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _held;
    private long _bytesUntilCut = long.MaxValue;

    /// <param name="target">Where connections lead to; asked for each one.</param>
    public Proxy(Func<(string Host, int Port)> target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>On the loopback address.</summary>
    public int Port { get; }

    /// <summary>Nothing is forwarded for a while; connections stay.</summary>
    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held = held;

        try
        {
            await Task.Delay(pause, cancellationToken);
        }
        finally
        {
            _held = null;
            held.SetResult();
        }
    }

    /// <summary>Every connection ends now.</summary>
    public void Cut()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Dispose();
        }
    }

    /// <summary>Every connection ends when so many further bytes have gone to the server: in the middle of whatever is said then.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _bytesUntilCut, bytes);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = ConnectAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end, or a client that was gone before it was let in.
            }
        }
    }

    private async Task ConnectAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        _connections.TryAdd(client, 0);
        _connections.TryAdd(server, 0);

        try
        {
            var (host, port) = _target();
            await server.ConnectAsync(host, port, _end.Token);
            var (near, far) = (client.GetStream(), server.GetStream());
            await Task.WhenAny(ForwardAsync(near, far, isToServer: true), ForwardAsync(far, near, isToServer: false));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two is gone: so is the connection.
        }
        finally
        {
            _connections.TryRemove(client, out _);
            _connections.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private async Task ForwardAsync(NetworkStream from, NetworkStream to, bool isToServer)
    {
        var buffer = new byte[16 * 1024];

        try
        {
            while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
            {
                if (_held is { } held)
                {
                    await held.Task.WaitAsync(_end.Token);
                }

                if (isToServer && Interlocked.Add(ref _bytesUntilCut, -read) is <= 0 and var rest)
                {
                    Interlocked.Exchange(ref _bytesUntilCut, long.MaxValue);
                    await to.WriteAsync(buffer.AsMemory(0, (int)Math.Clamp(read + rest, 0, read)), _end.Token);
                    Cut();
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other direction ends with it.
        }
    }
}
