using System.Diagnostics;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.Bench.Worker;

/// <summary>One worker on SQLite without a broker, fed over HTTP by clients that wait for each answer.</summary>
internal static class Embedded
{
    private const int Clients = 64;

    public static async Task<Figure> MeasureAsync(int messages, int studies, CancellationToken cancellationToken)
    {
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings(), cancellationToken);
        await SendAsync(worker, Enumerable.Range(0, studies).Select(SiteOrder.First), cancellationToken);

        var started = Stopwatch.GetTimestamp();
        var cpu = ProcessFigures.Of(worker.ProcessId).CpuSeconds;
        await SendAsync(worker, SiteOrder.Changes(messages, studies, 1), cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var figures = ProcessFigures.Of(worker.ProcessId);

        return new Figure($"f  SQLite, HTTP, {Clients} clients, no broker")
        {
            MessagesPerSecond = messages / seconds,
            CpuSecondsPer1000 = (figures.CpuSeconds - cpu) * 1000 / messages,
            PeakMiB = figures.PeakMiB,
        };
    }

    private static Task SendAsync(WorkerProcess worker, IEnumerable<ReadOnlyMemory<byte>> bodies, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            bodies,
            new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellationToken },
            async (body, token) =>
            {
                using var content = new ReadOnlyMemoryContent(body);
                using var response = await worker.Http.PostAsync(new Uri("/v1/messages?source=ris-north", UriKind.Relative), content, token);
                response.EnsureSuccessStatusCode();
            });
}
