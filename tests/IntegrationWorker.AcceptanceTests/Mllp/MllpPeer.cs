using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Mllp;

/// <summary>A sender as simple as can be: a socket, the bytes that it is told to write, and the frames that come back.</summary>
internal sealed class MllpPeer : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly List<byte> _read = [];
    private readonly byte[] _buffer = new byte[16 * 1024];

    private MllpPeer(TcpClient client, Stream stream) => (_client, _stream) = (client, stream);

    public static async Task<MllpPeer> ConnectAsync(int port, CancellationToken cancellationToken, SslClientAuthenticationOptions? tls = null)
    {
        var client = new TcpClient { NoDelay = true };

        try
        {
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);

            if (tls is null)
            {
                return new MllpPeer(client, client.GetStream());
            }

            var secure = new SslStream(client.GetStream());
            await secure.AuthenticateAsClientAsync(tls, cancellationToken);
            return new MllpPeer(client, secure);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public static byte[] Frame(ReadOnlyMemory<byte> message) => [0x0B, .. message.Span, 0x1C, 0x0D];

    public static byte[] Frame(string message) => Frame(Encoding.UTF8.GetBytes(message));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(bytes, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>Sends a message and waits for its acknowledgement; null when the connection ended without one.</summary>
    public async Task<Acknowledgement?> AskAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await WriteAsync(Frame(message), cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    /// <summary>The next acknowledgement; null at the end of the connection.</summary>
    public async Task<Acknowledgement?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_read.IndexOf(0x1C) is var end && end >= 0 && _read.Count > end + 1)
            {
                Assert.Equal((0x0B, 0x0D), (_read[0], _read[end + 1]));
                var text = Encoding.UTF8.GetString([.. _read.Take(end).Skip(1)]);
                _read.RemoveRange(0, end + 2);
                return new Acknowledgement(text);
            }

            var count = await ReadSomeAsync(cancellationToken);

            if (count == 0)
            {
                return null;
            }

            _read.AddRange(_buffer.AsSpan(0, count));
        }
    }

    /// <summary>Whether the other side ends the connection in time, without having said anything more.</summary>
    public async Task<bool> EndsAsync(CancellationToken cancellationToken) => await ReadAsync(cancellationToken) is null;

    public void EndWriting() => _client.Client.Shutdown(SocketShutdown.Send);

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task<int> ReadSomeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _stream.ReadAsync(_buffer, cancellationToken).AsTask().WaitAsync(Patience.Usual, cancellationToken);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}

/// <summary>The parts of an acknowledgement that tests look at.</summary>
internal sealed record Acknowledgement(string Text)
{
    public string Code => Field("MSA", 1);

    public string ControlId => Field("MSA", 2);

    /// <summary>ERR-5.1: the code of the catalogue.</summary>
    public string Error => Field("ERR", 5).Split('^')[0];

    /// <summary>The whole but for MSH-7 and MSH-10, which are new each time.</summary>
    public string Lasting => string.Join('\r', Text.Split('\r').Select(line =>
        line.StartsWith("MSH", StringComparison.Ordinal) ? string.Join('|', line.Split('|').Where((_, index) => index is not (6 or 9))) : line));

    public string Field(string segment, int number)
    {
        var fields = Text.Split('\r').FirstOrDefault(line => line.StartsWith(segment, StringComparison.Ordinal))?.Split('|') ?? [];
        var index = segment == "MSH" ? number - 1 : number;
        return index < fields.Length ? fields[index] : "";
    }
}
