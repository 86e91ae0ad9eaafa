using System.Text.Json;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>A study as the platform shows it.</summary>
/// <param name="StudyId">The platform's id.</param>
/// <param name="Values">By field name (<see cref="FieldNames"/>); what is absent or null there is not in it.</param>
/// <param name="ETag">Null: the platform gives none.</param>
internal sealed record RemoteStudy(
    string StudyId, string StudyInstanceUid, DateTimeOffset UpdatedAt, IReadOnlyDictionary<string, string> Values, string? ETag = null)
{
    private static readonly string[] _plain = [FieldNames.StudyDescription, FieldNames.Severity, FieldNames.StudyViewerStatus];

    public string? this[string field] => Values.GetValueOrDefault(field);

    public bool IsCancelled => this[FieldNames.IsCancelled] == "true";

    /// <summary>The pairs of the map, by key.</summary>
    public IEnumerable<KeyValuePair<string, string>> Metadata => Values
        .Where(pair => pair.Key.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal))
        .Select(pair => KeyValuePair.Create(pair.Key[FieldNames.MetadataPrefix.Length..], pair.Value));

    /// <exception cref="FormatException">It is not the study resource.</exception>
    public static RemoteStudy Read(JsonElement study, string? etag = null)
    {
        try
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);

            foreach (var field in _plain)
            {
                values[field] = study.GetProperty(field).GetString() ?? throw new FormatException();
            }

            values[FieldNames.IsCancelled] = study.GetProperty(FieldNames.IsCancelled).GetBoolean() ? "true" : "false";
            AddId(values, FieldNames.AssignedTo, study, "assignedTo", "userId");
            AddId(values, FieldNames.OrgId, study, "org", "orgId");

            if (study.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
            {
                foreach (var pair in metadata.EnumerateObject().Where(pair => pair.Value.ValueKind == JsonValueKind.String))
                {
                    values[FieldNames.OfMetadata(pair.Name)] = pair.Value.GetString()!;
                }
            }

            return new RemoteStudy(
                study.GetProperty(FieldNames.StudyId).GetString() ?? throw new FormatException(),
                study.GetProperty(FieldNames.StudyInstanceUid).GetString() ?? throw new FormatException(),
                study.GetProperty("updatedAt").GetDateTimeOffset(),
                values,
                etag);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // No word of the answer: it may hold anything.
            throw new FormatException("The platform's answer is not a study.");
        }
    }

    private static void AddId(Dictionary<string, string> values, string field, JsonElement study, string member, string id)
    {
        if (study.TryGetProperty(member, out var reference) && reference.ValueKind == JsonValueKind.Object
            && reference.GetProperty(id).GetString() is { } text)
        {
            values[field] = text;
        }
    }
}
