using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Bench.Worker;
using Npgsql;
using Spectre.Console;

namespace IntegrationWorker.Bench.Find;

/// <summary>What an operator looks for among many messages (GET /v1/messages), one search after the other. docs/performance.md.</summary>
internal static class FindBench
{
    private const double WantedMilliseconds = 50;

    // Studies that a worker has made, and whose numbers are therefore known; the others make the tables large.
    private const int Asked = 1000;
    private const int WarmUps = 20;
    private const int Searches = 300;

    // A search that is slow is measured less often.
    private static readonly TimeSpan _timeMax = TimeSpan.FromSeconds(4);

    // Of one search, on average: small tables are read as a whole with good reason.
    private const long RowsReadMax = 5000;

    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] _sources = ["ris-north", "ehr-main", "ris-west", "ris-south"];
    private static readonly string[] _outcomes = ["applied", "created", "superseded", "unchanged", "ignored", "linked", "rejected", "parked"];
    private static readonly string[] _codes = ["IDN-003", "HL7-004", "IDN-006", "HL7-010"];
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="arguments"><c>[ROWS [FOLDER]]</c>: of the ledger; there is a study for each five. What is filled stays in the folder for the next time.</param>
    public static async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var rows = int.Parse(arguments.ElementAtOrDefault(0) ?? "5000000", CultureInfo.InvariantCulture);
        using var temporary = new TemporaryFolder("find");
        var folder = arguments.ElementAtOrDefault(1) is { } kept ? Path.GetFullPath(kept) : temporary.FullName;
        await using var postgres = await PostgresServer.StartKeptAsync(Path.Combine(folder, "server"), cancellationToken);
        var noted = Path.Combine(folder, "filled.json");
        var filled = File.Exists(noted) ? JsonSerializer.Deserialize<FilledStore>(await File.ReadAllTextAsync(noted, cancellationToken), _json) : null;

        if (filled is not null && filled.Rows != rows)
        {
            throw new InvalidOperationException($"{folder} is filled with {filled.Rows:N0} messages, not with {rows:N0}.");
        }

        var databases = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = filled?.Database };
        var database = filled is null ? await postgres.CreateDatabaseAsync(cancellationToken) : databases.ConnectionString;
        var settings = new WorkerSettings
        {
            Postgres = database,
            KeyFile = Path.Combine(folder, "keys.json"),
            // The month is always the same one, long ago: nothing of it is deleted meanwhile.
            Environment = new Dictionary<string, string?> { ["Retention__MessageDays"] = "36500" },
        };
        await using var worker = await WorkerProcess.StartAsync(settings, cancellationToken);

        if (filled is null)
        {
            var started = Stopwatch.GetTimestamp();
            var studies = await MakeAsync(worker, cancellationToken);
            await LedgerPopulation.FillAsync(database, Asked, Math.Max(Asked, rows / 5), rows, _start, cancellationToken);
            Console.Error.WriteLine($"{rows:N0} messages after {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s");
            filled = new FilledStore(rows, new NpgsqlConnectionStringBuilder(database).Database!, studies);
            await File.WriteAllTextAsync(noted, JsonSerializer.Serialize(filled, _json), cancellationToken);
        }

        var made = await worker.RunVerbAsync(["keys", "create", "--role", "operator", "--name", "bench"], cancellationToken);
        worker.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Output.Trim());
        await using var watch = new NpgsqlConnection($"{database};Pooling=false");
        await watch.OpenAsync(cancellationToken);
        var figures = new List<FindFigure>();

        foreach (var (name, query) in Kinds(filled.Studies, rows))
        {
            figures.Add(await MeasureAsync(worker.Http, watch, name, query, cancellationToken));
            Console.Error.WriteLine($"{name}: p99 {figures[^1].P99Milliseconds:N1} ms{(figures[^1].Scanned is { } table ? $", all of {table} read" : "")}");
        }

        Print(figures);
        Directory.CreateDirectory("artifacts/bench");
        await File.WriteAllTextAsync("artifacts/bench/find.json", JsonSerializer.Serialize(figures, _json), cancellationToken);
    }

    private static IEnumerable<(string Name, Func<int, string> Query)> Kinds(string[] studies, int rows)
    {
        yield return ("accession", n => $"accession={SiteOrder.Accession(n % Asked)}");
        yield return ("studyInstanceUid", n => $"studyInstanceUid=2.25.88800000{n % Asked:D7}");
        yield return ("studyId", n => $"studyId={studies[n % Asked]}");
        yield return ("order", n => $"order={(n % 2 == 0 ? "BENF" : "BENO")}{n % Asked:D7}");
        yield return ("mrn", n => $"mrn=BENP{n % Asked:D7}");
        yield return ("controlId", n => n % 2 == 0 ? $"controlId=OLD-{Spread(n, rows)}" : $"controlId=B{n % Asked:D7}-0");
        yield return ("a number of a dead letter", n => $"accession=DEAD-{(Spread(n, rows - 200) / 200 * 200) + 196}");
        yield return ("a number that nobody has", n => $"accession=NOBODY-{n}&order=NOBODY-{n}");
        yield return ("accession, outcome, time", n => $"accession={SiteOrder.Accession(n % Asked)}&outcome=applied&{Hours(n, 240)}");

        foreach (var source in _sources)
        {
            yield return ($"source {source}", _ => $"sourceId={source}");
        }

        foreach (var outcome in _outcomes)
        {
            yield return ($"outcome {outcome}", _ => $"outcome={outcome}");
        }

        yield return ("time", n => Hours(n, 1));
        yield return ("time, open at the end", n => $"from={Instant(Spread(n, 720))}");
        yield return ("source, time", n => $"sourceId={_sources[n % 4]}&{Hours(n, 24)}");
        yield return ("outcome, time", n => $"outcome={_outcomes[n % 8]}&{Hours(n, 24)}");
        yield return ("source, outcome", n => $"sourceId={_sources[n % 4]}&outcome={_outcomes[n / 4 % 8]}");
        yield return ("source, outcome, time", n => $"sourceId={_sources[n % 4]}&outcome={_outcomes[n / 4 % 8]}&{Hours(n, 24)}");
        yield return ("code", n => $"code={_codes[n % 4]}");
        yield return ("code, source", n => $"code={_codes[n / 4 % 4]}&sourceId={_sources[n % 4]}");
        yield return ("code, source, time", n => $"code={_codes[n / 4 % 4]}&sourceId={_sources[n % 4]}&{Hours(n, 24)}");
        yield return ("code, outcome", n => $"code={_codes[n % 4]}&outcome=rejected");
    }

    private static async Task<FindFigure> MeasureAsync(
        HttpClient client, NpgsqlConnection watch, string name, Func<int, string> query, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();

        for (var n = 0; n < WarmUps && Stopwatch.GetElapsedTime(begin) < _timeMax; n++)
        {
            await SearchAsync(client, query(n), cancellationToken);
        }

        var before = await ScansAsync(watch, cancellationToken);
        var took = new List<double>();
        var found = 0L;
        begin = Stopwatch.GetTimestamp();

        for (var n = 0; n < Searches && Stopwatch.GetElapsedTime(begin) < _timeMax; n++)
        {
            var started = Stopwatch.GetTimestamp();
            found += await SearchAsync(client, query(n), cancellationToken);
            took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        // A server process tells its counts at most once a second, when it has answered.
        await Task.Delay(TimeSpan.FromSeconds(1.2), cancellationToken);
        await SearchAsync(client, query(0), cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(0.2), cancellationToken);
        var after = await ScansAsync(watch, cancellationToken);
        took.Sort();

        return new FindFigure(name, took[took.Count / 2], took[took.Count * 99 / 100], found / took.Count)
        {
            Scanned = after.Where(table => (table.Value - before[table.Key]) / took.Count > RowsReadMax).Select(table => table.Key).FirstOrDefault(),
        };
    }

    /// <returns>How many bytes the answer has, as a measure of what was found.</returns>
    private static async Task<long> SearchAsync(HttpClient client, string query, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(new Uri($"/v1/messages?{query}", UriKind.Relative), cancellationToken);
        response.EnsureSuccessStatusCode();

        return (await response.Content.ReadAsByteArrayAsync(cancellationToken)).Length;
    }

    // Rows that were read by going through whole tables.
    private static async Task<Dictionary<string, long>> ScansAsync(NpgsqlConnection watch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select relname, seq_tup_read from pg_stat_user_tables", watch);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);

        while (await reader.ReadAsync(cancellationToken))
        {
            rows[reader.GetString(0)] = reader.GetInt64(1);
        }

        return rows;
    }

    // Studies with numbers that are known, a message that waits and one that failed.
    private static async Task<string[]> MakeAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        var ids = new string[Asked];

        await Parallel.ForAsync(0, Asked, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken }, async (study, token) =>
        {
            var answer = await SendAsync(worker, SiteOrder.First(study), token);
            ids[study] = answer.GetProperty("units")[0].GetProperty("studyId").GetString()!;
        });
        await SendAsync(worker, From("EHR|MAIN"), cancellationToken);
        await SendAsync(worker, From("NOBODY|NOWHERE"), cancellationToken);

        return ids;
    }

    private static ReadOnlyMemory<byte> From(string sender) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(SiteOrder.First(Asked).Span).Replace("NRIS|NORTH|STUDYWORKER", $"{sender}|STUDYWORKER", StringComparison.Ordinal));

    private static async Task<JsonElement> SendAsync(WorkerProcess worker, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var content = new ReadOnlyMemoryContent(body);
        using var response = await worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content, cancellationToken);
        response.EnsureSuccessStatusCode();

        return JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
    }

    // The same numbers in each run, all over the range.
    private static long Spread(int n, int max) => 1 + (n * 7_919_927L % max);

    private static string Hours(int n, int hours)
    {
        var from = Spread(n, 720 - hours);

        return $"from={Instant(from)}&until={Instant(from + hours)}";
    }

    private static string Instant(long hour) => _start.AddHours(hour).ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Print(List<FindFigure> figures)
    {
        var table = new Table().AddColumns("search", "p50 ms", "p99 ms", "must", "answer KB", "sequential scan");

        foreach (var figure in figures)
        {
            table.AddRow(
                figure.Name,
                figure.P50Milliseconds.ToString("N1", CultureInfo.InvariantCulture),
                figure.P99Milliseconds.ToString("N1", CultureInfo.InvariantCulture),
                figure.P99Milliseconds < WantedMilliseconds ? "50, is" : "50, IS NOT",
                (figure.AnswerBytes / 1000.0).ToString("N1", CultureInfo.InvariantCulture),
                figure.Scanned is null ? "" : $"Seq Scan on {figure.Scanned}");
        }

        AnsiConsole.Write(table);
    }
}

/// <param name="AnswerBytes">Of one search, on average.</param>
internal sealed record FindFigure(string Name, double P50Milliseconds, double P99Milliseconds, long AnswerBytes)
{
    /// <summary>A table that the searches read as a whole; null when there was none.</summary>
    public string? Scanned { get; init; }
}

/// <summary>A store that was filled before.</summary>
/// <param name="Studies">The ids of those whose numbers are known.</param>
internal sealed record FilledStore(int Rows, string Database, string[] Studies);
