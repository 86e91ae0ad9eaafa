using System.Diagnostics;
using IntegrationWorker.Bench.Worker;

namespace IntegrationWorker.Bench.Api;

/// <summary>Connections that each wait for their answer before they ask again, as fast as they get it or at an even rate.</summary>
/// <param name="processId">Of the server: its processor time is told beside the rate, which a busy machine changes from minute to minute.</param>
internal sealed class ApiLoad(HttpClient client, int processId, Func<int, HttpRequestMessage> request)
{
    public const int Connections = 16;

    /// <param name="perSecond">Requests a second of all connections together; 0: as many as are answered.</param>
    public async Task<ApiFigure> MeasureAsync(string name, TimeSpan time, double perSecond, CancellationToken cancellationToken)
    {
        await RunAsync(TimeSpan.FromSeconds(Math.Min(3, time.TotalSeconds)), perSecond, cancellationToken); // What is compiled and cached at first is not measured.
        var started = Stopwatch.GetTimestamp();
        var cpu = ProcessFigures.Of(processId).CpuSeconds;
        var took = await RunAsync(time, perSecond, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        took.Sort();

        return new ApiFigure(name, took.Count / seconds, took[took.Count / 2], took[took.Count * 99 / 100], (ProcessFigures.Of(processId).CpuSeconds - cpu) * 1000 / took.Count);
    }

    private async Task<List<double>> RunAsync(TimeSpan time, double perSecond, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var number = 0;
        var all = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(OneAsync, cancellationToken)));

        return [.. all.SelectMany(one => one)];

        async Task<List<double>> OneAsync()
        {
            var took = new List<double>();

            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var mine = Interlocked.Increment(ref number);
                var due = perSecond > 0 ? TimeSpan.FromSeconds(mine / perSecond) : TimeSpan.Zero;

                if (due - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
                {
                    await Task.Delay(early, cancellationToken);
                }

                var from = perSecond > 0 ? due : Stopwatch.GetElapsedTime(started);
                using var message = request(mine);
                using var response = await client.SendAsync(message, cancellationToken);
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                response.EnsureSuccessStatusCode();
                took.Add((Stopwatch.GetElapsedTime(started) - from).TotalMilliseconds); // From when it was due: a queue counts.
            }

            return took;
        }
    }
}

internal sealed record ApiFigure(string Name, double PerSecond, double P50Milliseconds, double P99Milliseconds, double CpuSecondsPer1000)
{
    public double? Ratio { get; init; }

    public double? Wanted { get; init; }
}
