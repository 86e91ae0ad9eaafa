using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Bench.Worker;
using Spectre.Console;

namespace IntegrationWorker.Bench.Api;

/// <summary>The study API beside a bare Kestrel endpoint with one query or one update, on the same table of the same PostgreSQL. docs/performance.md.</summary>
internal static class ApiBench
{
    // Studies that are asked for; the others make the indices large.
    private const int Asked = 2000;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="arguments"><c>[STUDIES [SECONDS]]</c>; <c>bare PORT DATABASE</c> is the endpoint itself, and measures nothing.</param>
    public static async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        if (arguments is ["bare", var port, var database])
        {
            await BareApi.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), database, cancellationToken);
            return;
        }

        var studies = int.Parse(arguments.ElementAtOrDefault(0) ?? "1000000", CultureInfo.InvariantCulture);
        var time = TimeSpan.FromSeconds(double.Parse(arguments.ElementAtOrDefault(1) ?? "15", CultureInfo.InvariantCulture));
        var figures = await MeasureAsync(studies, time, cancellationToken);

        Print(figures);
        Directory.CreateDirectory("artifacts/bench");
        await File.WriteAllTextAsync("artifacts/bench/api.json", JsonSerializer.Serialize(figures, _json), cancellationToken);
    }

    private static async Task<List<ApiFigure>> MeasureAsync(int studies, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var postgres = await PostgresServer.StartOwnAsync(durable: true, cancellationToken);
        var database = await postgres.CreateDatabaseAsync(cancellationToken);
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings { Postgres = database }, cancellationToken);
        var ids = await FillAsync(worker, database, studies, cancellationToken);
        var made = await worker.RunVerbAsync(["keys", "create", "--role", "integrator", "--name", "bench"], cancellationToken);

        var port = FreePorts.One();
        await using var loop = await ChildProcess.StartAsync(Environment.ProcessPath!, ["api", "bare", $"{port}", database]);
        using var bare = ClientOf(new Uri($"http://127.0.0.1:{port}"), null);
        using var own = ClientOf(worker.Http.BaseAddress!, made.Output.Trim());
        await Patience.UntilAsync(() => AnswersAsync(bare, ids[0], cancellationToken), () => "the bare endpoint answers", cancellationToken);

        var lines = new List<ApiFigure>();
        await PairAsync(lines, "GET by id", 0.6, ((bare, loop.Id), n => Get($"/study/{ids[n % Asked]}")), ((own, worker.ProcessId), n => Get($"/v1/viewer/studies/{ids[n % Asked]}")), time, cancellationToken);
        await PairAsync(
            lines, "GET by accession", 0.6, ((bare, loop.Id), n => Get($"/accession/{SiteOrder.Accession(n % Asked)}")),
            ((own, worker.ProcessId), n => Get($"/v1/viewer/studies?accession={SiteOrder.Accession(n % Asked)}&issuer=NORTH")), time, cancellationToken);
        await PairAsync(lines, "PATCH", 0.4, ((bare, loop.Id), n => Patch($"/study/{ids[n % Asked]}", n)), ((own, worker.ProcessId), n => Patch($"/v1/viewer/studies/{ids[n % Asked]}", n)), time, cancellationToken);

        return lines;
    }

    private static async Task PairAsync(
        List<ApiFigure> lines, string name, double wanted, ((HttpClient Client, int ProcessId) Server, Func<int, HttpRequestMessage> Request) bare,
        ((HttpClient Client, int ProcessId) Server, Func<int, HttpRequestMessage> Request) own, TimeSpan time, CancellationToken cancellationToken)
    {
        var limit = Add(lines, await new ApiLoad(bare.Server.Client, bare.Server.ProcessId, bare.Request).MeasureAsync($"{name}, bare", time, 0, cancellationToken));
        var load = new ApiLoad(own.Server.Client, own.Server.ProcessId, own.Request);
        var full = await load.MeasureAsync($"{name}, worker", time, 0, cancellationToken);
        Add(lines, full with { Ratio = full.PerSecond / limit.PerSecond, Wanted = wanted });
        Add(lines, await load.MeasureAsync($"{name}, worker, half of that", time, full.PerSecond / 2, cancellationToken));
    }

    private static ApiFigure Add(List<ApiFigure> lines, ApiFigure figure)
    {
        Console.Error.WriteLine($"{figure.Name}: {figure.PerSecond:N0}/s, p99 {figure.P99Milliseconds:N1} ms, {figure.CpuSecondsPer1000:N3} CPU s/1,000");
        lines.Add(figure);
        return figure;
    }

    private static async Task<string[]> FillAsync(WorkerProcess worker, string database, int studies, CancellationToken cancellationToken)
    {
        var ids = new string[Asked];

        await Parallel.ForAsync(0, Asked, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken }, async (study, token) =>
        {
            using var content = new ReadOnlyMemoryContent(SiteOrder.First(study));
            using var response = await worker.Http.PostAsync(new Uri("/v1/messages?source=ris-north", UriKind.Relative), content, token);
            var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(token));
            ids[study] = answer.GetProperty("units")[0].GetProperty("studyId").GetString()!;
        });

        if (studies > Asked)
        {
            await Population.GrowAsync(database, studies - Asked, studies, cancellationToken);
        }

        return ids;
    }

    private static HttpClient ClientOf(Uri address, string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = ApiLoad.Connections }) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);

        return client;
    }

    private static async Task<bool> AnswersAsync(HttpClient client, string id, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(new Uri($"/study/{id}", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, new Uri(path, UriKind.Relative));

    private static HttpRequestMessage Patch(string path, int number) => new(HttpMethod.Patch, new Uri(path, UriKind.Relative))
    {
        Content = new StringContent($$"""{"studyDescription":"CT Chest, read {{number}}"}""", Encoding.UTF8, "application/json"),
    };

    private static void Print(List<ApiFigure> lines)
    {
        var table = new Table().AddColumns("what", "requests/s", "ratio", "p50 ms", "p99 ms", "CPU s/1,000");

        foreach (var line in lines)
        {
            table.AddRow(
                line.Name,
                line.PerSecond.ToString("N0", CultureInfo.InvariantCulture),
                line.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"{ratio:N2} of bare, must {line.Wanted:N1}") : "",
                line.P50Milliseconds.ToString("N1", CultureInfo.InvariantCulture),
                line.P99Milliseconds.ToString("N1", CultureInfo.InvariantCulture),
                line.CpuSecondsPer1000.ToString("N3", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }
}
