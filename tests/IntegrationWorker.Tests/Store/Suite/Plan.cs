using System.Text.Json;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Store.Sqlite;

namespace IntegrationWorker.Store.Suite;

/// <summary>How a database would run a statement.</summary>
/// <param name="Scans">Steps that read a whole table or a whole index.</param>
internal sealed record Plan(string Text, IReadOnlyList<string> Scans)
{
    public bool IsByIndex => Scans.Count == 0;

    public override string ToString() => $"{string.Join("\n", Scans)}\n{Text}";

    public static async Task<Plan> OfAsync(Database database, QueuedStatement statement, CancellationToken cancellationToken)
    {
        var isSqlite = database is SqliteDatabase;
        var explain = new Statement((isSqlite ? "explain query plan " : "explain (format json) ") + statement.Text);
        var scans = new List<string>();
        await using var session = await database.BeginAsync(cancellationToken);
        await session.RunAsync(
            explain,
            [.. statement.Parameters],
            cancellationToken,
            reader => scans.AddRange(isSqlite ? ScansOfSqlite(reader.GetString(3)) : ScansOfPostgreSql(reader.GetString(0))));

        return new Plan(statement.Text, scans);
    }

    // "SCAN json_each …" reads the parameters, "SCAN (subquery-1)" and "SCAN r1" what was found; without a limit all else is too much.
    // The table of the unpublished ranges ("u") has a row for each batch that is being published: it may be read as a whole.
    private static IEnumerable<string> ScansOfSqlite(string step) =>
        step.StartsWith("SCAN ", StringComparison.Ordinal)
        && !step.StartsWith("SCAN json_each", StringComparison.Ordinal)
        && !step.StartsWith("SCAN (", StringComparison.Ordinal)
        && step is not ("SCAN last" or "SCAN CONSTANT ROW" or "SCAN u")
        && !(step.StartsWith("SCAN r", StringComparison.Ordinal) && step["SCAN r".Length..].All(char.IsAsciiDigit))
            ? [step]
            : [];

    private static List<string> ScansOfPostgreSql(string json)
    {
        using var document = JsonDocument.Parse(json);
        var scans = new List<string>();
        Walk(document.RootElement[0].GetProperty("Plan"), scans);

        return scans;
    }

    private static void Walk(JsonElement node, List<string> scans)
    {
        var type = node.GetProperty("Node Type").GetString()!;

        var table = node.TryGetProperty("Relation Name", out var relation) ? relation.GetString()! : "?";

        if (table != "outbox_unpublished"
            && (type is "Seq Scan" || (type.StartsWith("Index", StringComparison.Ordinal) && !node.TryGetProperty("Index Cond", out _))))
        {
            scans.Add($"{type} on {table}");
        }

        if (node.TryGetProperty("Plans", out var inner))
        {
            foreach (var child in inner.EnumerateArray())
            {
                Walk(child, scans);
            }
        }
    }
}
