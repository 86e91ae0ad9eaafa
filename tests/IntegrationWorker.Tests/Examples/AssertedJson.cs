using System.Text.Json.Nodes;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Examples;

/// <summary>A unit in the shape of <c>asserted</c>: what the message says, independent of what is stored.</summary>
internal static class AssertedJson
{
    /// <summary>Members that an example leaves out when they are empty.</summary>
    private static readonly string[] _collections = ["fields", "metadata"];

    public static JsonObject Of(UnitUpdate unit)
    {
        var json = new JsonObject
        {
            ["procedures"] = new JsonArray([.. unit.Procedures.Select(ProcedureOf)]),
            ["fields"] = Values(unit.Fields.Select(field => (field.Key, field.Value.Value))),
            ["metadata"] = Values(unit.Metadata.Select(pair => (pair.Key, pair.Value.Value)).Concat(FactsOf(unit.Procedures))),
        };

        AddIdentity(json, unit);

        if (unit.Signal != Signal.None)
        {
            json["signal"] = Name(unit.Signal);
        }

        if (unit.Assignment is { } assignment)
        {
            json["assignedTo"] = assignment.RemoveIf is { } leaving ? new JsonObject { ["removeIf"] = leaving } : assignment.UserId;
        }

        return json;
    }

    /// <summary>The expected update with the empty members that the example leaves out.</summary>
    public static JsonObject Whole(JsonNode expected)
    {
        var whole = expected.DeepClone().AsObject();
        whole.TryAdd("procedures", new JsonArray());

        foreach (var member in _collections)
        {
            whole.TryAdd(member, new JsonObject());
        }

        return whole;
    }

    private static void AddIdentity(JsonObject json, UnitUpdate unit)
    {
        switch (unit.Kind)
        {
            case UnitKind.PatientUpdate:
                json["patient"] = Identifiers(unit.PatientKeys);
                break;
            case UnitKind.PatientMerge:
                json["merge"] = new JsonObject { ["from"] = Identifiers(unit.PriorPatientKeys!), ["to"] = Identifiers(unit.PatientKeys) };
                break;
            case UnitKind.Command or UnitKind.FhirDelete:
                break; // They name their study; that is no statement about it.
            default:
                json["identity"] = IdentityOf(unit.Identity);
                break;
        }
    }

    private static JsonObject IdentityOf(Identity identity)
    {
        var json = new JsonObject();

        if (identity.StudyInstanceUid is { } uid)
        {
            json["studyInstanceUid"] = uid;
        }

        foreach (var (name, number) in new[] { ("accession", identity.Accession), ("filler", identity.Filler), ("placer", identity.Placer) })
        {
            if (number is not null)
            {
                json[name] = IdentifierOf(number);
            }
        }

        return json;
    }

    private static JsonArray Identifiers(IEnumerable<Identifier> identifiers) => new([.. identifiers.Select(IdentifierOf)]);

    private static JsonObject IdentifierOf(Identifier identifier)
    {
        var json = new JsonObject { ["value"] = identifier.Value };

        if (identifier.Issuer is { } issuer)
        {
            json["issuer"] = issuer;
        }

        return json;
    }

    private static JsonObject ProcedureOf(ProcedureUpdate procedure)
    {
        var json = new JsonObject { ["key"] = procedure.Key, ["signal"] = Name(procedure.Signal) };

        foreach (var fact in new[] { ProcedureFacts.Description, ProcedureFacts.Severity, ProcedureFacts.Result })
        {
            if (procedure.Facts.TryGetValue(fact, out var asserted))
            {
                json[fact] = asserted.Value;
            }
        }

        return json;
    }

    /// <summary>Procedure facts that are metadata keys, joined over the procedures of the unit. docs/mapping.md §3.8.</summary>
    private static IEnumerable<(string Key, string? Value)> FactsOf(List<ProcedureUpdate> procedures)
    {
        foreach (var fact in ProcedureFacts.Codes)
        {
            var said = procedures.Where(procedure => procedure.Facts.ContainsKey(fact)).ToList();

            if (said.Count == 0)
            {
                continue;
            }

            if (fact == ProcedureFacts.PriorityCode)
            {
                yield return (fact, said.MaxBy(procedure => Severities.Parse(Severity(procedure)))!.Facts[fact].Value);
                continue;
            }

            var values = said.Select(procedure => procedure.Facts[fact].Value).OfType<string>().Distinct().ToList();

            yield return (fact, values.Count == 0 ? null : string.Join("; ", values));
        }
    }

    private static string? Severity(ProcedureUpdate procedure) => procedure.Facts.GetValueOrDefault(ProcedureFacts.Severity)?.Value;

    private static JsonObject Values(IEnumerable<(string Key, string? Value)> pairs) =>
        new(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private static string Name(Signal signal) => signal.ToString().ToLowerInvariant();
}
