using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using IntegrationWorker.Bench.Worker;

namespace IntegrationWorker.Bench.Mllp;

/// <summary>Senders that each wait for the answer to their message before they send the next one.</summary>
internal sealed class MllpLoad : IAsyncDisposable
{
    private const byte End = 0x1C;

    private static int _run;

    private readonly List<TcpClient> _clients = [];

    private MllpLoad(double perSecond, List<double> took)
    {
        PerSecond = perSecond;
        took.Sort();
        P50Milliseconds = took.Count == 0 ? 0 : took[took.Count / 2];
        P99Milliseconds = took.Count == 0 ? 0 : took[took.Count * 99 / 100];
    }

    public double PerSecond { get; }

    public double P50Milliseconds { get; }

    public double P99Milliseconds { get; }

    /// <param name="perSecond">Over all connections, at even times; 0: as fast as answers come.</param>
    public static async Task<MllpLoad> RunAsync(
        int port, int connections, int studies, int perSecond, TimeSpan time, CancellationToken cancellationToken)
    {
        var took = new ConcurrentBag<double>();
        var begin = Stopwatch.GetTimestamp();
        var run = Interlocked.Increment(ref _run);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(SendAsync, cancellationToken)));

        return new MllpLoad(took.Count / Stopwatch.GetElapsedTime(begin).TotalSeconds, [.. took]);

        async Task SendAsync()
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            var buffer = new byte[4096];

            while (Stopwatch.GetElapsedTime(begin) < time)
            {
                var number = Interlocked.Increment(ref next);
                var due = perSecond == 0 ? begin : begin + (number * Stopwatch.Frequency / perSecond);

                if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is var early && early > TimeSpan.Zero)
                {
                    await Task.Delay(early, cancellationToken);
                }

                var sent = Stopwatch.GetTimestamp();
                await AskAsync(client.GetStream(), MessageOf(run, number, studies), buffer, cancellationToken);
                took.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }
    }

    /// <summary>Connections that have sent one message each, and stay open.</summary>
    public static async Task<MllpLoad> OpenAsync(int port, int connections, CancellationToken cancellationToken)
    {
        var load = new MllpLoad(0, []);
        var run = Interlocked.Increment(ref _run);

        for (var i = 0; i < connections; i++)
        {
            var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            load._clients.Add(client);
            await AskAsync(client.GetStream(), MessageOf(run, i, connections), new byte[4096], cancellationToken);
        }

        return load;
    }

    public static async Task WaitForAsync(int port, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port, cancellationToken);
                return;
            }
            catch (SocketException) when (attempt < 300)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        return ValueTask.CompletedTask;
    }

    private static byte[] MessageOf(int run, int number, int studies)
    {
        var step = (run * 1000) + (number / studies);
        return [0x0B, .. (step == 1000 ? SiteOrder.First(number % studies) : SiteOrder.Change(number % studies, step)).Span, End, 0x0D];
    }

    private static async Task AskAsync(NetworkStream stream, byte[] frame, byte[] buffer, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(frame, cancellationToken);

        for (var read = 0; ;)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(read), cancellationToken);
            read += count;

            if (count == 0)
            {
                throw new EndOfStreamException("The connection ended without an answer.");
            }

            if (read > 1 && buffer[read - 2] == End)
            {
                if (buffer.AsSpan(0, read).IndexOf("MSA|AA"u8) < 0)
                {
                    throw new InvalidDataException("The answer is not an acceptance.");
                }

                return;
            }
        }
    }
}
