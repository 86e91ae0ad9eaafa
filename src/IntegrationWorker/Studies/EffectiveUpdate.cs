using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>What was really written, after all gates. docs/mapping.md §0.3.</summary>
/// <param name="Creates">The study was created: the values are those of a new study.</param>
/// <param name="StudyInstanceUid">Of a created study; null otherwise.</param>
/// <param name="Changes">Changed fields by name (<see cref="FieldNames"/>); <c>isCancelled</c> is in <paramref name="Lifecycle"/>.</param>
/// <param name="Lifecycle"><c>cancel</c>, <c>uncancel</c> or null.</param>
[JsonConverter(typeof(EffectiveUpdateConverter))]
internal sealed record EffectiveUpdate(
    bool Creates,
    string? StudyInstanceUid,
    IReadOnlyList<FieldChange> Changes,
    string? Lifecycle);

/// <summary>One changed field.</summary>
/// <param name="Field">Name as in events: <c>metadata.ris.modality</c>.</param>
/// <param name="Previous">Null: was absent.</param>
/// <param name="Current">Null: deleted.</param>
/// <param name="Location">Where in the message the value came from; null when it was derived.</param>
internal sealed record FieldChange(string Field, string? Previous, string? Current, string? Location);

/// <summary>Writes the shape of docs/mapping.md §0.3: <c>{"patch":{…},"lifecycle":"cancel"}</c> or <c>{"create":{…}}</c>.</summary>
internal sealed class EffectiveUpdateConverter : JsonConverter<EffectiveUpdate>
{
    public override EffectiveUpdate? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        var creates = root.TryGetProperty("create", out var values);
        var changes = new List<FieldChange>();

        if (creates || root.TryGetProperty("patch", out values))
        {
            ReadChanges(values, changes);
        }

        return new EffectiveUpdate(
            creates,
            creates && values.TryGetProperty("studyInstanceUid", out var uid) ? uid.GetString() : null,
            changes,
            root.TryGetProperty("lifecycle", out var lifecycle) ? lifecycle.GetString() : null);
    }

    public override void Write(Utf8JsonWriter writer, EffectiveUpdate value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();

        if (value.Creates || value.Changes.Any(change => change.Field != FieldNames.IsCancelled))
        {
            writer.WriteStartObject(value.Creates ? "create" : "patch");

            if (value.StudyInstanceUid is not null)
            {
                writer.WriteString("studyInstanceUid", value.StudyInstanceUid);
            }

            WriteChanges(writer, value.Changes, value.Creates);
            writer.WriteEndObject();
        }

        if (value.Lifecycle is not null)
        {
            writer.WriteString("lifecycle", value.Lifecycle);
        }

        writer.WriteEndObject();
    }

    private static void ReadChanges(JsonElement values, List<FieldChange> changes)
    {
        foreach (var member in values.EnumerateObject())
        {
            if (member.Name == "metadata")
            {
                changes.AddRange(member.Value.EnumerateObject().Select(pair =>
                    new FieldChange(FieldNames.OfMetadata(pair.Name), null, pair.Value.GetString(), null)));
            }
            else if (member.Name != "studyInstanceUid")
            {
                changes.Add(new FieldChange(member.Name, null, member.Value.GetString(), null));
            }
        }
    }

    private static void WriteChanges(Utf8JsonWriter writer, IReadOnlyList<FieldChange> changes, bool creates)
    {
        var inMetadata = false;

        foreach (var change in changes)
        {
            var isMetadata = change.Field.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal);

            if (change.Field == FieldNames.IsCancelled || (creates && change.Field == FieldNames.StudyViewerStatus))
            {
                continue;
            }

            if (isMetadata && !inMetadata)
            {
                writer.WriteStartObject("metadata");
                inMetadata = true;
            }

            writer.WriteString(isMetadata ? change.Field[FieldNames.MetadataPrefix.Length..] : change.Field, change.Current);
        }

        if (inMetadata)
        {
            writer.WriteEndObject();
        }
    }
}
