using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using IntegrationWorker.Intake.Broker;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

public class GatheringStreamTests
{
    [Fact]
    public void GivenAnyPieces_WhenTheyAreWrittenAndComeBack_ThenEveryByteIsThereInOrder()
    {
        var sizes = Gen.Choose(0, 30_000).ArrayOf(12).ToArbitrary();
        var reads = Gen.Choose(1, 100_000).ToArbitrary();

        Prop.ForAll(sizes, reads, (written, read) => Task.Run(() => ComesBackAsync(written, read)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public async Task GivenAReaderThatTakesNothing_WhenMoreIsWrittenThanFits_ThenTheWriterWaits()
    {
        await using var pair = await Pair.ConnectAsync();
        using var patience = new CancellationTokenSource();
        var piece = new byte[64 * 1024];
        var writing = pair.Near.WriteAsync(piece, patience.Token).AsTask();

        // A socket takes some megabytes at most.
        for (var i = 0; i < 1000 && writing.IsCompleted; i++)
        {
            writing = pair.Near.WriteAsync(piece, patience.Token).AsTask();
            await Task.Yield();
        }

        Assert.False(writing.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task GivenAnOtherSideThatHasGone_WhenMoreIsWritten_ThenTheWritingFails()
    {
        await using var pair = await Pair.ConnectAsync();
        pair.Far.Socket.LingerState = new LingerOption(true, 0); // Ends at once, not after what is under way.
        await pair.Far.DisposeAsync();

        var failure = await Record.ExceptionAsync(async () =>
        {
            for (var i = 0; i < 1_000_000; i++)
            {
                await pair.Near.WriteAsync(new byte[1024], TestContext.Current.CancellationToken);
                await Task.Yield();
            }
        });

        Assert.IsAssignableFrom<IOException>(failure);
    }

    [Fact]
    public async Task GivenAnOtherSideThatEnds_WhenItIsReadFrom_ThenTheRestComesAndThenTheEnd()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var pair = await Pair.ConnectAsync();
        await pair.Far.WriteAsync(new byte[10], cancellationToken);
        pair.Far.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await pair.Near.ReadAsync(Memory<byte>.Empty, cancellationToken)); // Something has arrived.
        Assert.Equal(6, await pair.Near.ReadAtLeastAsync(new byte[6], 6, cancellationToken: cancellationToken));
        Assert.Equal(4, await pair.Near.ReadAsync(new byte[6], cancellationToken));
        Assert.Equal(0, await pair.Near.ReadAsync(new byte[6], cancellationToken));
    }

    // The far side sends back what it reads.
    private static async Task ComesBackAsync(int[] sizes, int readAtOnce)
    {
        await using var pair = await Pair.ConnectAsync();
        var sent = new byte[sizes.Sum()];
        new Random(sizes.Length).NextBytes(sent);
        var echo = EchoAsync(pair.Far, sent.Length);
        var back = ReadAsync(pair.Near, sent.Length, readAtOnce);

        for (int i = 0, from = 0; i < sizes.Length; from += sizes[i++])
        {
            await pair.Near.WriteAsync(sent.AsMemory(from, sizes[i]));
        }

        Assert.Equal(sent, await back);
        await echo;
    }

    private static async Task EchoAsync(NetworkStream stream, int count)
    {
        var buffer = new byte[7000];

        while (count > 0)
        {
            var read = await stream.ReadAsync(buffer);
            await stream.WriteAsync(buffer.AsMemory(0, read));
            count -= read;
        }
    }

    private static async Task<byte[]> ReadAsync(GatheringStream stream, int count, int atOnce)
    {
        var all = new byte[count];

        for (var from = 0; from < count;)
        {
            from += await stream.ReadAsync(all.AsMemory(from, Math.Min(atOnce, count - from)));
        }

        return all;
    }

    private sealed record Pair(GatheringStream Near, NetworkStream Far, Socket NearSocket) : IAsyncDisposable
    {
        public static async Task<Pair> ConnectAsync()
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await near.ConnectAsync(listener.LocalEndPoint!);

            return new Pair(new GatheringStream(near), new NetworkStream(await listener.AcceptAsync(), ownsSocket: true), near);
        }

        public async ValueTask DisposeAsync()
        {
            await Near.DisposeAsync();
            await Far.DisposeAsync();
            NearSocket.Dispose();
        }
    }
}
