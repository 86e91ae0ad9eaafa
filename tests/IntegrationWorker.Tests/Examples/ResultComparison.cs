using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Examples;

/// <summary>The result of a message against what an example expects of it.</summary>
internal static class ResultComparison
{
    private static readonly string[] _heldLists = ["superseded", "echoSuppressed", "heldByAuthority"];

    public static void Compare(JsonObject expected, MessageResult result, Differences differences)
    {
        var actual = new JsonObject
        {
            ["messageKey"] = result.MessageKey,
            ["messageType"] = result.MessageType,
            ["sourceId"] = result.SourceId,
            ["outcome"] = result.Outcome,
            ["reason"] = result.Reason,
            ["recordedOutcome"] = result.RecordedOutcome,
            ["error"] = result.Error is { } error ? NoticeJson.Of(error) : null,
            ["subscription"] = JsonSerializer.SerializeToNode(result.Subscription),
            ["recover"] = new JsonObject { ["request"] = result.Subscription?.Recover },
        };

        foreach (var (name, value) in actual)
        {
            if (expected.ContainsKey(name))
            {
                differences.Contains(expected[name], value, name);
            }
        }

        Warnings(expected, result.Warnings, differences, "warnings");
        Units(expected["units"]?.AsArray(), result.Units, differences, "units");
        Units(expected["reapplied"]?.AsArray() ?? [], result.Reapplied, differences, "reapplied");
    }

    private static void Units(JsonArray? expected, IReadOnlyList<UnitResult> units, Differences differences, string path)
    {
        if (expected is null)
        {
            return;
        }

        differences.Exactly(expected.Count, units.Count, $"{path}.count");

        for (var i = 0; i < Math.Min(expected.Count, units.Count); i++)
        {
            Unit(expected[i]!.AsObject(), units[i], differences, $"{path}[{i}]");
        }
    }

    private static void Unit(JsonObject expected, UnitResult unit, Differences differences, string path)
    {
        var actual = new JsonObject
        {
            ["unit"] = unit.Unit,
            ["messageKey"] = unit.MessageKey,
            ["outcome"] = unit.Outcome,
            ["reason"] = unit.Reason,
            ["recordedOutcome"] = unit.RecordedOutcome,
            ["sourceTime"] = unit.SourceTime,
            ["eventNumber"] = unit.EventNumber,
            ["error"] = unit.Error is { } error ? NoticeJson.Of(error) : null,
            ["groups"] = JsonSerializer.SerializeToNode(unit.Groups),
        };

        foreach (var (name, value) in actual)
        {
            if (expected.ContainsKey(name))
            {
                differences.Contains(expected[name], value, $"{path}.{name}");
            }
        }

        Study(expected["study"]?.AsObject(), unit, differences, $"{path}.study");
        Decision(expected, unit, differences, path);
        Studies(expected["studies"]?.AsArray(), unit, differences, $"{path}.studies");
    }

    private static void Study(JsonObject? expected, UnitResult unit, Differences differences, string path)
    {
        if (expected is not null)
        {
            differences.Exactly(expected["studyId"], unit.StudyId, $"{path}.studyId");
            differences.Exactly(expected["resolvedBy"], unit.ResolvedBy, $"{path}.resolvedBy");
        }
    }

    private static void Studies(JsonArray? expected, UnitResult unit, Differences differences, string path)
    {
        differences.Exactly(expected?.Count ?? 0, unit.Studies?.Count ?? 0, $"{path}.count");

        for (var i = 0; i < Math.Min(expected?.Count ?? 0, unit.Studies?.Count ?? 0); i++)
        {
            differences.Exactly(expected![i]!["studyId"], unit.Studies![i].StudyId, $"{path}[{i}].studyId");
            differences.Exactly(expected[i]!["outcome"], unit.Studies[i].Outcome, $"{path}[{i}].outcome");
            differences.Exactly(expected[i]!["effective"], EffectiveOf(unit.Studies[i]), $"{path}[{i}].effective");
        }
    }

    private static void Decision(JsonObject expected, UnitResult unit, Differences differences, string path)
    {
        differences.Exactly(expected["effective"], EffectiveOf(unit), $"{path}.effective");
        Warnings(expected, unit.Warnings, differences, $"{path}.warnings");

        foreach (var (list, fields) in _heldLists.Zip<string, List<string>>([unit.Superseded, unit.EchoSuppressed, unit.HeldByAuthority]))
        {
            differences.SameTexts(expected[list], fields, $"{path}.{list}");
        }
    }

    /// <summary>Every warning that is expected, in any order, and no other one.</summary>
    private static void Warnings(JsonObject expected, IReadOnlyList<Notice> warnings, Differences differences, string path)
    {
        var wanted = expected["warnings"]?.AsArray() ?? [];
        differences.SameTexts(new JsonArray([.. wanted.Select(one => (JsonNode)(string)one!["code"]!)]), warnings.Select(one => one.Code), path);

        foreach (var group in wanted.GroupBy(one => (string)one!["code"]!))
        {
            var found = warnings.Where(one => one.Code == group.Key).Select(NoticeJson.Of).ToList();

            foreach (var (want, have) in group.Zip(found))
            {
                differences.Contains(want, have, $"{path}.{group.Key}");
            }
        }
    }

    private static JsonNode? EffectiveOf(UnitResult unit) => unit.Effective is null ? null : JsonSerializer.SerializeToNode(unit.Effective);
}
