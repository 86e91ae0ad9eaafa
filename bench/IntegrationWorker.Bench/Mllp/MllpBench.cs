using System.Diagnostics;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Bench.Worker;
using Npgsql;
using Spectre.Console;

namespace IntegrationWorker.Bench.Mllp;

/// <summary>
/// The MLLP door beside a bare loop that reads a socket, publishes with a confirm and answers: connections that each wait for their
/// acknowledgement, the time of an acknowledgement at an even rate, and what idle connections cost.
/// </summary>
internal static class MllpBench
{
    private const int Connections = 16;
    private const int IdleConnections = 1000;
    private const int Studies = 2000;

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _time = TimeSpan.FromSeconds(15);

    /// <param name="arguments"><c>bare PORT BROKER</c> runs the loop itself, nothing measures; <c>door</c> leaves out what decides about messages.</param>
    public static async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        if (arguments is ["bare", var port, var broker])
        {
            await BareLoop.RunAsync(int.Parse(port), new Uri(broker), cancellationToken);
            return;
        }

        await using var bench = await Worker.Bench.StartAsync(cancellationToken);
        var figures = new List<MllpFigure>();
        await using (var host = await bench.VirtualHostAsync(cancellationToken))
        {
            var bare = FreePorts.One();
            await using var loop = await ChildProcess.StartAsync(Environment.ProcessPath!, ["mllp", "bare", $"{bare}", host.Uri.AbsoluteUri]);
            await MllpLoad.WaitForAsync(bare, cancellationToken);
            figures.Add(await MeasureAsync("bare loop", bare, 0, loop.Id, cancellationToken));
        }

        await using (var host = await bench.VirtualHostAsync(cancellationToken))
        {
            figures.Add(await MeasureDoorAsync(host.Uri, await bench.DatabaseAsync(cancellationToken), cancellationToken));
        }

        if (arguments is ["door"])
        {
            Print(figures);
            return;
        }

        await using (var host = await bench.VirtualHostAsync(cancellationToken))
        {
            // The worker beside its queue decides about the messages as well, as it does at a site.
            var mllp = FreePorts.One();
            await using var worker = await StartWorkerAsync(mllp, host.Uri, await bench.DatabaseAsync(cancellationToken), cancellationToken);
            figures.Add(await MeasureAsync("worker, rabbitmq", mllp, 0, worker.ProcessId, cancellationToken));
            await DrainedAsync(host, cancellationToken);
            figures.Add(await MeasureAsync("worker, rabbitmq, 500/s", mllp, 500, worker.ProcessId, cancellationToken));
        }

        {
            var mllp = FreePorts.One();
            await using var worker = await StartWorkerAsync(mllp, null, null, cancellationToken);
            figures.Add(await MeasureAsync("worker, embedded", mllp, 0, worker.ProcessId, cancellationToken));
        }

        Print(figures);
        await MeasureIdleAsync(cancellationToken);
    }

    /// <summary>The door by itself, as at a site where other workers decide: the database goes away when the worker is ready, and the door needs none.</summary>
    private static async Task<MllpFigure> MeasureDoorAsync(Uri broker, string database, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(database);
        var server = (settings.Host!, settings.Port);
        var way = new Proxy(() => server);
        (settings.Host, settings.Port) = ("127.0.0.1", way.Port);
        var mllp = FreePorts.One();
        await using var worker = await StartWorkerAsync(mllp, broker, settings.ConnectionString, cancellationToken);
        await way.DisposeAsync();

        return await MeasureAsync("door alone, rabbitmq", mllp, 0, worker.ProcessId, cancellationToken);
    }

    private static async Task<MllpFigure> MeasureAsync(string name, int port, int perSecond, int processId, CancellationToken cancellationToken)
    {
        await MllpLoad.RunAsync(port, Connections, Studies, perSecond, _warmUp, cancellationToken);
        var before = ProcessFigures.Of(processId).CpuSeconds;
        var load = await MllpLoad.RunAsync(port, Connections, Studies, perSecond, _time, cancellationToken);
        var used = (ProcessFigures.Of(processId).CpuSeconds - before) / (load.PerSecond * _time.TotalSeconds);
        Console.Error.WriteLine($"{name}: {load.PerSecond:0}/s");
        return new MllpFigure(name, load.PerSecond, load.P50Milliseconds, load.P99Milliseconds, used * 1e6);
    }

    private static async Task MeasureIdleAsync(CancellationToken cancellationToken)
    {
        var mllp = FreePorts.One();
        await using var worker = await StartWorkerAsync(mllp, null, null, cancellationToken);
        await MllpLoad.RunAsync(mllp, Connections, Studies, 0, TimeSpan.FromSeconds(3), cancellationToken);
        var before = ResidentMiB(worker.ProcessId);
        await using var idle = await MllpLoad.OpenAsync(mllp, IdleConnections, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        Console.WriteLine($"{IdleConnections} idle connections, each after one message: {ResidentMiB(worker.ProcessId) - before:0.0} MiB (before {before:0} MiB)");
    }

    private static Task<WorkerProcess> StartWorkerAsync(int mllp, Uri? broker, string? database, CancellationToken cancellationToken) =>
        WorkerProcess.StartAsync(
            new WorkerSettings
            {
                Broker = broker,
                Postgres = database,
                Environment = new Dictionary<string, string?> { ["Mllp__0__Port"] = $"{mllp}", ["Mllp__0__MaxConnections"] = "2000" },
            },
            cancellationToken);

    private static async Task DrainedAsync(VirtualHost host, CancellationToken cancellationToken)
    {
        await using var client = await AmqpClient.ConnectAsync(host.Uri, cancellationToken);

        while (await client.CountAsync(Worker.Bench.InputQueue, cancellationToken) > 0)
        {
            await Task.Delay(200, cancellationToken);
        }
    }

    private static double ResidentMiB(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64 / 1024.0 / 1024.0;
    }

    private static void Print(List<MllpFigure> figures)
    {
        var table = new Table().AddColumns("16 connections", "acknowledged/s", "of the bare loop", "p50 ms", "p99 ms", "its CPU µs each");

        foreach (var figure in figures)
        {
            table.AddRow(
                figure.Name, $"{figure.PerSecond:0}", $"{figure.PerSecond / figures[0].PerSecond:0.00}", $"{figure.P50:0.0}", $"{figure.P99:0.0}", $"{figure.CpuMicroseconds:0}");
        }

        AnsiConsole.Write(table);
    }

    /// <param name="CpuMicroseconds">Processor time of the process that answers, for each message.</param>
    private sealed record MllpFigure(string Name, double PerSecond, double P50, double P99, double CpuMicroseconds);
}
