using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using IntegrationWorker.Bench;
using IntegrationWorker.Bench.Api;
using IntegrationWorker.Bench.Find;
using IntegrationWorker.Bench.Mllp;
using IntegrationWorker.Bench.Replays;
using IntegrationWorker.Bench.Worker;

if (args is ["--cpu"])
{
    ProcessorTime.Print();
    return 0;
}

if (args is ["mllp", ..])
{
    await MllpBench.RunAsync(args[1..], CancellationToken.None);
    return 0;
}

if (args is ["api", ..])
{
    await ApiBench.RunAsync(args[1..], CancellationToken.None);
    return 0;
}

if (args is ["find", ..])
{
    await FindBench.RunAsync(args[1..], CancellationToken.None);
    return 0;
}

if (args is ["replay", ..])
{
    await ReplayBench.RunAsync(args[1..], CancellationToken.None);
    return 0;
}

if (args is ["worker", ..])
{
    await WorkerBench.RunAsync(args.ElementAtOrDefault(1) ?? "bcdefms", BenchSize.Full, "artifacts/bench/worker.json", CancellationToken.None);
    return 0;
}

// In this process: what is measured is a library, and the harness then builds no project of its own.
var config = ManualConfig.Create(DefaultConfig.Instance)
    // Three rounds are over before the compiler has made the fast code, and would measure that.
    .AddJob(Job.ShortRun.WithWarmupCount(15).WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumn(StatisticColumn.Median)
    .AddExporter(JsonExporter.Brief)
    .WithOption(ConfigOptions.DisableLogFile, value: true);

var summaries = BenchmarkSwitcher.FromAssembly(typeof(MappingBenchmarks).Assembly).Run(Filtered(args), config);
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;

// Without a filter the harness asks which ones to run.
static string[] Filtered(string[] args) => args.Contains("--filter") ? args : [.. args, "--filter", "*"];
