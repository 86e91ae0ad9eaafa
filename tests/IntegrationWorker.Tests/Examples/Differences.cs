using System.Text.Json.Nodes;

namespace IntegrationWorker.Tests.Examples;

/// <summary>What is expected and what came, compared member by member; a failure says where, what was expected and what came.</summary>
internal sealed class Differences(string where)
{
    private readonly List<string> _found = [];

    public IReadOnlyList<string> Found => _found;

    /// <summary>The two are the same, whatever the order of members.</summary>
    public void Exactly(JsonNode? expected, JsonNode? actual, string path)
    {
        if (expected is JsonObject from && actual is JsonObject to)
        {
            foreach (var name in from.Select(member => member.Key).Union(to.Select(member => member.Key)))
            {
                if (from.ContainsKey(name) != to.ContainsKey(name))
                {
                    Add($"{path}.{name}", from.ContainsKey(name), from[name], to.ContainsKey(name), to[name]);
                }
                else
                {
                    Exactly(from[name], to[name], $"{path}.{name}");
                }
            }
        }
        else
        {
            Items(expected, actual, path, Exactly);
        }
    }

    /// <summary>All that is expected is there; more may be.</summary>
    public void Contains(JsonNode? expected, JsonNode? actual, string path)
    {
        if (expected is not JsonObject from || actual is not JsonObject to)
        {
            Items(expected, actual, path, Contains);
            return;
        }

        foreach (var (name, value) in from)
        {
            if (to.ContainsKey(name))
            {
                Contains(value, to[name], $"{path}.{name}");
            }
            else
            {
                Add($"{path}.{name}", true, value, false, null);
            }
        }
    }

    /// <summary>The same texts in any order.</summary>
    public void SameTexts(JsonNode? expected, IEnumerable<string> actual, string path)
    {
        var from = expected?.AsArray().Select(item => (string)item!).Order(StringComparer.Ordinal).ToList() ?? [];
        var to = actual.Order(StringComparer.Ordinal).ToList();

        if (!from.SequenceEqual(to))
        {
            _found.Add($"{where} {path}: expected [{string.Join(", ", from)}], actual [{string.Join(", ", to)}]");
        }
    }

    private void Items(JsonNode? expected, JsonNode? actual, string path, Action<JsonNode?, JsonNode?, string> compare)
    {
        if (expected is JsonArray from && actual is JsonArray to && from.Count == to.Count)
        {
            for (var i = 0; i < from.Count; i++)
            {
                compare(from[i], to[i], $"{path}[{i}]");
            }
        }
        else if (!JsonNode.DeepEquals(expected, actual))
        {
            Add(path, true, expected, true, actual);
        }
    }

    private void Add(string path, bool isExpected, JsonNode? expected, bool isThere, JsonNode? actual) =>
        _found.Add($"{where} {path}: expected {Show(isExpected, expected)}, actual {Show(isThere, actual)}");

    private static string Show(bool isThere, JsonNode? node) => isThere ? node?.ToJsonString() ?? "null" : "nothing";
}
