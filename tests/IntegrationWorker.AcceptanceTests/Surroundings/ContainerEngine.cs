using System.Net.Sockets;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>Is a container engine there, and which one?</summary>
internal sealed record ContainerEngine(bool IsPodman)
{
    /// <returns>Null when no engine answers.</returns>
    public static async Task<ContainerEngine?> FindAsync(CancellationToken cancellationToken)
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        var address = new Uri(string.IsNullOrEmpty(host) ? "unix:///var/run/docker.sock" : host);
        try
        {
            using var client = ClientFor(address);
            var version = await client.GetStringAsync(new Uri("/version", UriKind.Relative), cancellationToken);
            return new ContainerEngine(version.Contains("Podman", StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static HttpClient ClientFor(Uri address)
    {
        var handler = new SocketsHttpHandler();
        if (address.Scheme == "unix")
        {
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.AbsolutePath), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        return new HttpClient(handler)
        {
            BaseAddress = address.Scheme == "unix" ? new Uri("http://localhost") : new UriBuilder(address) { Scheme = "http" }.Uri,
            Timeout = TimeSpan.FromSeconds(5),
        };
    }
}
