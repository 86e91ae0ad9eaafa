using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>
/// The next call of a plan, from what is wanted and what the platform shows: uncancel, patch, cancel. What is so already is no call, so a
/// plan that was broken off anywhere goes on where it was. Pure. docs/mapping.md §0.4.
/// </summary>
internal static class PlanSteps
{
    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] _members =
        [FieldNames.StudyDescription, FieldNames.Severity, FieldNames.StudyViewerStatus, FieldNames.AssignedTo, FieldNames.OrgId];

    /// <param name="removesKeys">
    /// Name the keys to be removed with null beside the complete map: for a platform that was seen to merge the map it is sent.
    /// </param>
    /// <returns>Null: all is as it is wanted.</returns>
    public static TargetCall? Next(TargetPlan plan, IReadOnlyDictionary<string, string?> wanted, RemoteStudy remote, bool removesKeys)
    {
        var lifecycle = wanted.GetValueOrDefault(FieldNames.IsCancelled);

        if (lifecycle == "false" && remote.IsCancelled)
        {
            return Reference(plan, remote, "uncancel");
        }

        if (Differing(wanted, remote) is { Count: > 0 } differing)
        {
            return new TargetCall(
                "patch",
                HttpMethod.Patch,
                $"/{remote.StudyId}",
                PatchBody(wanted, differing, remote, removesKeys),
                remote.ETag,
                KeyOf(plan, removesKeys ? "patch-keys" : "patch"));
        }

        return lifecycle == "true" && !remote.IsCancelled ? Reference(plan, remote, "cancel") : null;
    }

    /// <summary>The call that creates the study of a plan.</summary>
    public static TargetCall Creation(TargetPlan plan)
    {
        var values = plan.Document.Changes.ToDictionary(change => change.Field, change => change.Current, StringComparer.Ordinal);
        var body = Write(json =>
        {
            json.WriteString(FieldNames.StudyInstanceUid, plan.Document.StudyInstanceUid);
            json.WriteString(FieldNames.StudyDescription, values.GetValueOrDefault(FieldNames.StudyDescription));
            json.WriteString(FieldNames.Severity, values.GetValueOrDefault(FieldNames.Severity));

            if (values.GetValueOrDefault(FieldNames.AssignedTo) is { } userId)
            {
                json.WriteString(FieldNames.AssignedTo, userId);
            }

            if (plan.Document.OrgId is { } orgId)
            {
                json.WriteString(FieldNames.OrgId, orgId);
            }

            WriteMap(json, values.Where(value => value.Value is not null && IsPair(value.Key)).Select(value => KeyValuePair.Create(KeyOf(value.Key), value.Value)));
        });

        return new TargetCall("create", HttpMethod.Post, "", body, null, KeyOf(plan, "create"));
    }

    /// <summary>Wanted fields that a PATCH can change and that differ, by name.</summary>
    public static IReadOnlyList<string> Differing(IReadOnlyDictionary<string, string?> wanted, RemoteStudy remote) =>
        [.. wanted.Where(value => value.Key != FieldNames.IsCancelled && remote[value.Key] != value.Value).Select(value => value.Key)];

    public static bool IsPair(string field) => field.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal);

    private static string KeyOf(string field) => field[FieldNames.MetadataPrefix.Length..];

    private static byte[] PatchBody(
        IReadOnlyDictionary<string, string?> wanted, IReadOnlyList<string> differing, RemoteStudy remote, bool removesKeys) => Write(json =>
    {
        foreach (var member in _members.Where(differing.Contains))
        {
            json.WriteString(member, wanted[member]); // A null is written.
        }

        if (differing.Any(IsPair))
        {
            var map = remote.Metadata.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);

            foreach (var (field, value) in wanted.Where(value => IsPair(value.Key)))
            {
                map[KeyOf(field)] = value;
            }

            WriteMap(json, map.Where(pair => pair.Value is not null || (removesKeys && remote[FieldNames.OfMetadata(pair.Key)] is not null)));
        }
    });

    private static void WriteMap(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string?>> pairs)
    {
        json.WriteStartObject("metadata");

        foreach (var (key, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static TargetCall Reference(TargetPlan plan, RemoteStudy remote, string operation) => new(
        operation, HttpMethod.Post, $"/{operation}", Write(json => json.WriteString(FieldNames.StudyId, remote.StudyId)), null, KeyOf(plan, operation));

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);

        using (var json = new Utf8JsonWriter(buffer, _json))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // Not the key itself: the header of a call is no place for what a message says.
    private static string KeyOf(TargetPlan plan, string operation) =>
        $"iw-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{plan.UnitKey}|{plan.Document.StudyInstanceUid}|{operation}")).AsSpan(0, 16))}";
}
