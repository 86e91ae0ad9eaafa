using System.IO.Pipelines;
using System.Net.Sockets;

namespace IntegrationWorker.Intake.Broker;

/// <summary>
/// Sends together what was written while it was still sending, and reads all that has arrived. The client library writes frame by frame
/// and reads a few kilobytes at a time, each with a call into the kernel: a batch of events cost as many of them as it has events.
/// </summary>
/// <remarks>Like every stream of a socket: one may write while another one reads. A failed sending fails the writings after it.</remarks>
internal sealed class GatheringStream : NetworkStream
{
    // What may be written before it is sent. Whoever writes more waits, as for a socket whose buffer is full.
    private const int UnsentBytesMax = 256 * 1024;

    private readonly Pipe _unsent = new(new PipeOptions(
        pauseWriterThreshold: UnsentBytesMax,
        resumeWriterThreshold: UnsentBytesMax / 2,
        minimumSegmentSize: 32 * 1024,
        useSynchronizationContext: false));

    private readonly byte[] _arrivedBuffer = new byte[64 * 1024];

    private ReadOnlyMemory<byte> _arrived;

    public GatheringStream(Socket socket)
        : base(socket)
    {
        _ = SendAsync();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if ((await _unsent.Writer.WriteAsync(buffer, cancellationToken)).IsCompleted)
        {
            throw new IOException("The connection has ended.");
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(ReadOnlySpan<byte> buffer) => WriteAsync(buffer.ToArray()).AsTask().GetAwaiter().GetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_arrived.IsEmpty)
        {
            // Also a read of nothing, which only waits for something to arrive.
            if (buffer.IsEmpty || buffer.Length >= _arrivedBuffer.Length)
            {
                return await base.ReadAsync(buffer, cancellationToken);
            }

            _arrived = _arrivedBuffer.AsMemory(0, await base.ReadAsync(_arrivedBuffer, cancellationToken));
        }

        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => _arrived.IsEmpty ? base.Read(buffer) : Take(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unsent.Writer.Complete();
        }

        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer)
    {
        var taken = _arrived[..Math.Min(buffer.Length, _arrived.Length)];
        taken.Span.CopyTo(buffer);
        _arrived = _arrived[taken.Length..];

        return taken.Length;
    }

    private async Task SendAsync()
    {
        try
        {
            for (var isOver = false; !isOver;)
            {
                var written = await _unsent.Reader.ReadAsync();

                foreach (var part in written.Buffer)
                {
                    await base.WriteAsync(part);
                }

                _unsent.Reader.AdvanceTo(written.Buffer.End);
                isOver = written.IsCompleted;
            }

            await _unsent.Reader.CompleteAsync();
        }
        catch (Exception failure)
        {
            await _unsent.Reader.CompleteAsync(failure); // Thrown to whoever writes next.
        }
    }
}

/// <summary>The socket of a connection to the broker: that of the client library, with a <see cref="GatheringStream"/>.</summary>
internal sealed class BrokerSocket(AddressFamily family)
    : RabbitMQ.Client.TcpClientAdapter(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
{
    private GatheringStream? _stream;

    public override NetworkStream GetStream() => _stream ??= new GatheringStream(Client);
}
