using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace IntegrationWorker.Bench.Worker;

/// <summary>Measures the whole worker beside the limit of the machine, in one run. docs/performance.md explains the lines.</summary>
internal static class WorkerBench
{
    private static readonly JsonSerializerOptions _json =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="parts">Letters of the lines to measure, of those in docs/performance.md; the limit always is.</param>
    public static async Task RunAsync(string parts, BenchSize size, string reportFile, CancellationToken cancellationToken)
    {
        await using var bench = await Bench.StartAsync(cancellationToken);
        var figures = new List<Figure>();

        var limit = Add(figures, await RawLimit.MeasureAsync(bench, size.Messages, size.Studies, cancellationToken));
        await using (var site = await Site.OpenAsync(bench, size.Studies, cancellationToken))
        {
            var one = Add(figures, (await site.DrainAsync("b  one worker", size.Messages, size.Studies, 1, cancellationToken)).Beside(limit, "a, must 0.45"));

            if (parts.Contains('c'))
            {
                Add(figures, await site.LatencyAsync("c  order to event at 200/s", 200, 20, size.Studies, cancellationToken));
            }

            if (parts.Contains('e'))
            {
                Add(figures, (await site.DrainAsync("e  two workers", size.Messages, size.Studies, 2, cancellationToken)).Beside(one, "b, must 0.95"));
            }

            if (parts.Contains('m'))
            {
                Add(figures, await site.DrainAsync("m  one worker, 100,000 waiting", 100_000, size.Studies, 1, cancellationToken));
            }

            if (parts.Contains('s'))
            {
                Add(figures, await site.StartTimeAsync("s  start to ready", cancellationToken));
            }

            if (parts.Contains('d'))
            {
                await Population.GrowAsync(site.Database, size.ManyStudies, size.ManyMessages, cancellationToken);
                Add(figures, (await site.DrainAsync(
                    $"d  one worker, {size.ManyStudies:N0} studies", size.Messages, size.Studies, 1, cancellationToken)).Beside(one, "b, must 0.80"));
            }
        }

        if (parts.Contains('f'))
        {
            Add(figures, await Embedded.MeasureAsync(size.Messages / 2, size.Studies, cancellationToken));
        }

        Print(figures);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(reportFile))!);
        await File.WriteAllTextAsync(reportFile, JsonSerializer.Serialize(figures, _json), cancellationToken);
    }

    private static Figure Beside(this Figure figure, Figure other, string name) =>
        figure with { Ratio = figure.MessagesPerSecond / other.MessagesPerSecond, RatioOf = name };

    private static Figure Add(List<Figure> figures, Figure figure)
    {
        Console.Error.WriteLine($"{figure.Name}: {Rounded(figure.MessagesPerSecond ?? figure.P99Milliseconds ?? figure.Seconds, 2)}");
        figures.Add(figure);
        return figure;
    }

    private static void Print(List<Figure> figures)
    {
        var table = new Table().AddColumns("what", "messages/s", "ratio", "CPU s/1,000", "peak MiB", "database B/message", "p50 ms", "p99 ms", "s");

        foreach (var figure in figures)
        {
            table.AddRow(
                figure.Name,
                Rounded(figure.MessagesPerSecond, 0),
                figure.Ratio is null ? "" : $"{Rounded(figure.Ratio, 2)} of {figure.RatioOf}",
                Rounded(figure.CpuSecondsPer1000, 3),
                Rounded(figure.PeakMiB, 0),
                Rounded(figure.DatabaseBytesPerMessage, 0),
                Rounded(figure.P50Milliseconds, 1),
                Rounded(figure.P99Milliseconds, 1),
                Rounded(figure.Seconds, 2));
        }

        AnsiConsole.Write(table);
    }

    private static string Rounded(double? value, int digits) => value?.ToString($"N{digits}", CultureInfo.InvariantCulture) ?? "";
}
