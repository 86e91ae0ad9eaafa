using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Golden;

/// <summary>What was read from one message, as one line of JSON: values and codes only, patients as a count.</summary>
internal static class GoldenLine
{
    private static readonly JsonSerializerOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(MappedMessage message)
    {
        var line = new JsonObject();
        AddCodes(line, message.Warnings);

        var parts = message.Parts.Select(Part).ToArray();

        if (parts is [var only])
        {
            Merge(line, only);
        }
        else
        {
            line.Add("parts", new JsonArray(parts));
        }

        return line.ToJsonString(_options);
    }

    private static JsonObject Part(MappedPart part)
    {
        var json = new JsonObject();
        Add(json, "rejected", Code(part.Rejection));
        Add(json, "ignored", part.IgnoredReason);

        if (part.Units.Count > 0)
        {
            json.Add("units", new JsonArray([.. part.Units.Select(Unit)]));
        }

        return json;
    }

    private static JsonObject Unit(UnitUpdate unit)
    {
        var json = new JsonObject { ["kind"] = unit.Kind.ToString() };
        Add(json, "rejected", Code(unit.Rejection));
        Add(json, "ignored", unit.IgnoredReason);
        json.Add("id", new JsonArray([.. unit.Identities().Select(Id)]));
        AddCount(json, "patients", unit.PatientKeys.Count);
        AddCount(json, "priorPatients", unit.PriorPatientKeys?.Count ?? 0);
        AddCount(json, "visits", unit.VisitKey is null ? 0 : 1);
        Add(json, "clock", unit.Clock.IsMessageTime ? "message" : unit.SourceTime);
        AddCount(json, "mayCreate", unit.MayCreate ? 1 : 0);

        if (unit.Signal is not Signal.None)
        {
            json.Add("signal", unit.Signal.ToString());
        }

        if (unit.Procedures.Count > 0)
        {
            json.Add("procedures", new JsonArray([.. unit.Procedures.Select(Procedure)]));
        }

        AddValues(json, "fields", unit.Fields);

        if (unit.Assignment is { } assignment)
        {
            json.Add("assigned", assignment.UserId ?? (assignment.RemoveIf is null ? "null" : "remove"));
        }

        AddValues(json, "metadata", unit.Metadata);
        AddCodes(json, unit.Warnings);
        return json;
    }

    private static JsonObject Id(Identity identity)
    {
        var json = new JsonObject();

        foreach (var (kind, value, issuer) in identity.Numbers())
        {
            json.Add(JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), issuer is null ? value : $"{value}^{issuer}");
        }

        return json;
    }

    private static JsonObject Procedure(ProcedureUpdate procedure)
    {
        var json = new JsonObject { ["key"] = procedure.Key };

        if (procedure.Signal is not Signal.None)
        {
            json.Add("signal", procedure.Signal.ToString());
        }

        AddValues(json, "facts", procedure.Facts);
        return json;
    }

    private static void AddValues(JsonObject json, string name, Dictionary<string, Asserted> values)
    {
        if (values.Count > 0)
        {
            json.Add(name, new JsonObject(values
                .OrderBy(value => value.Key, StringComparer.Ordinal)
                .Select(value => KeyValuePair.Create(value.Key, (JsonNode?)value.Value.Value))));
        }
    }

    private static void AddCodes(JsonObject json, List<Notice> notices)
    {
        if (notices.Count > 0)
        {
            json.Add("warnings", new JsonArray([.. notices.Select(notice => JsonValue.Create(Code(notice)))]));
        }
    }

    /// <summary>The code and the place; what stood there is left out.</summary>
    private static string? Code(Notice? notice) => notice is null ? null : $"{notice.Code} {notice.Location}".TrimEnd();

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json.Add(name, value);
        }
    }

    private static void AddCount(JsonObject json, string name, int count)
    {
        if (count > 0)
        {
            json.Add(name, count);
        }
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            into.Add(name, value?.DeepClone());
        }
    }
}
