using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Examples;

/// <summary>A notice as the examples write it: the code, and its details beside it.</summary>
internal static class NoticeJson
{
    public static JsonObject Of(Notice notice)
    {
        var json = new JsonObject { ["code"] = notice.Code };

        foreach (var (name, value) in notice.Details ?? new Dictionary<string, object>())
        {
            json[name] = JsonSerializer.SerializeToNode(value);
        }

        return json;
    }
}
