using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Bench.Worker;
using Spectre.Console;

namespace IntegrationWorker.Bench.Replays;

/// <summary>Dead letters of a sender that is registered by now, replayed as one job without a ramp, on SQLite and on PostgreSQL. docs/performance.md.</summary>
internal static class ReplayBench
{
    private const int Wanted = 2000;
    private const int Clients = 64;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="arguments"><c>[CASES [sqlite|postgres]]</c>: both stores without the second one.</param>
    public static async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var count = int.Parse(arguments.ElementAtOrDefault(0) ?? "20000", CultureInfo.InvariantCulture);
        var only = arguments.ElementAtOrDefault(1);
        var figures = new List<ReplayFigure>();

        if (only is null or "sqlite")
        {
            figures.Add(await MeasureAsync("SQLite", null, count, cancellationToken));
        }

        if (only is null or "postgres")
        {
            await using var postgres = await PostgresServer.StartOwnAsync(durable: true, cancellationToken);
            figures.Add(await MeasureAsync("PostgreSQL", await postgres.CreateDatabaseAsync(cancellationToken), count, cancellationToken));
        }

        var table = new Table().AddColumns("store", "replays/s", "must", "CPU s/1,000", "MiB before", "MiB at most");

        foreach (var figure in figures)
        {
            table.AddRow(
                figure.Store, Rounded(figure.PerSecond, 0), Rounded(Wanted, 0), Rounded(figure.CpuSecondsPer1000, 3), Rounded(figure.MiBBefore, 0),
                Rounded(figure.MiBAtMost, 0));
        }

        AnsiConsole.Write(table);
        Directory.CreateDirectory("artifacts/bench");
        await File.WriteAllTextAsync("artifacts/bench/replay.json", JsonSerializer.Serialize(figures, _json), cancellationToken);
    }

    private static async Task<ReplayFigure> MeasureAsync(string store, string? database, int count, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder("replay");
        var settings = new WorkerSettings { SqliteFile = folder.PathOf("worker.db"), KeyFile = folder.PathOf("keys.json"), Postgres = database };
        await FailAsync(settings, folder, count, cancellationToken);
        await using var worker = await WorkerProcess.StartAsync(settings, cancellationToken);
        var (cpu, before) = (ProcessFigures.Of(worker.ProcessId).CpuSeconds, MemoryOf(worker));

        var body = new { rate = 0, canary = false, why = "registered" };
        using var response = await worker.Http.PostAsJsonAsync(new Uri("/v1/dead-letters/replays", UriKind.Relative), body, cancellationToken);
        response.EnsureSuccessStatusCode();
        var id = JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).GetProperty("id").GetString();

        // From the first batch on: until a worker has noticed the job up to a second goes by.
        var early = await UntilAsync(worker, id, now => Number(now, "done") > 0, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var done = await UntilAsync(worker, id, now => now.GetProperty("state").GetString() == "done", cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        if (Number(done, "changed") != count)
        {
            throw new InvalidOperationException($"Not every replay has changed its study: {done}");
        }

        var figures = ProcessFigures.Of(worker.ProcessId);
        return new ReplayFigure(store, (count - Number(early, "done")) / seconds, (figures.CpuSeconds - cpu) * 1000 / count, before, figures.PeakMiB);
    }

    // A worker to whom nobody is known.
    private static async Task FailAsync(WorkerSettings settings, TemporaryFolder folder, int count, CancellationToken cancellationToken)
    {
        var file = folder.PathOf("nobody.json");
        await File.WriteAllTextAsync(file, """{ "Sources": [] }""", cancellationToken);
        await using var worker = await WorkerProcess.StartAsync(settings with { ConfigFiles = [file] }, cancellationToken);

        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellationToken }, async (study, token) =>
        {
            using var content = new ReadOnlyMemoryContent(SiteOrder.First(study));
            using var response = await worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content, token);
            response.EnsureSuccessStatusCode();
        });
        await worker.StopAsync();
    }

    private static async Task<JsonElement> UntilAsync(WorkerProcess worker, string? id, Func<JsonElement, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = JsonElement.Parse(await worker.Http.GetStringAsync(new Uri($"/v1/dead-letters/replays/{id}", UriKind.Relative), cancellationToken));

            if (condition(now))
            {
                return now;
            }

            if (now.GetProperty("state").GetString() != "running")
            {
                throw new InvalidOperationException($"The job has ended otherwise: {now}");
            }

            // Counting what is done costs the store as much as a batch.
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
        }
    }

    private static double MemoryOf(WorkerProcess worker) => double.Parse(
        File.ReadLines($"/proc/{worker.ProcessId}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    private static int Number(JsonElement job, string member) => job.GetProperty(member).GetInt32();

    private static string Rounded(double value, int digits) => value.ToString($"N{digits}", CultureInfo.InvariantCulture);
}

/// <param name="MiBBefore">Resident memory of the worker that has just started.</param>
/// <param name="MiBAtMost">The largest resident memory until the job was done.</param>
internal sealed record ReplayFigure(string Store, double PerSecond, double CpuSecondsPer1000, double MiBBefore, double MiBAtMost);
