using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Outbox;

/// <summary>Writes the StudyUpdated event of a unit as CloudEvents JSON. docs/mapping.md §9.</summary>
/// <param name="eventSource">The CloudEvents source: <c>urn:study-update-worker:‹deployment›</c>.</param>
/// <param name="sensitiveKeys">Metadata keys that a deployment withholds beside the built-in ones.</param>
internal sealed class StudyUpdatedWriter(string eventSource, IReadOnlySet<string> sensitiveKeys)
{
    public byte[] Write(string eventId, Study study, UnitUpdate unit, UnitResult result, string originKind, DateTimeOffset now)
    {
        using var buffer = JsonBuffer.Rent();
        var writer = buffer.Json;

        writer.WriteStartObject();
        writer.WriteString("specversion", "1.0");
        writer.WriteString("id", eventId);
        writer.WriteString("source", eventSource);
        writer.WriteString("type", StudyUpdated.EventType);
        writer.WriteString("subject", study.StudyId);
        writer.WriteString("time", UtcTimeConverter.ToText(now));
        writer.WriteString("datacontenttype", "application/json");
        WriteData(writer, study, unit, result, originKind);
        writer.WriteEndObject();

        return buffer.ToArray();
    }

    private void WriteData(Utf8JsonWriter writer, Study study, UnitUpdate unit, UnitResult result, string originKind)
    {
        var effective = result.Effective!;

        writer.WriteStartObject("data");
        writer.WriteString("studyId", study.StudyId);
        writer.WriteString("studyInstanceUid", study.StudyInstanceUid);
        writer.WriteNumber("version", study.Version);
        WriteOperations(writer, effective);
        writer.WriteStartArray("changes");

        foreach (var change in effective.Changes)
        {
            WriteChange(writer, change);
        }

        writer.WriteEndArray();
        WriteOrigin(writer, unit, originKind);
        writer.WriteString("correlationId", unit.CorrelationId ?? unit.MessageKey);

        if (unit.CausationId is not null)
        {
            writer.WriteString("causationId", unit.CausationId);
        }

        writer.WriteStartArray("warnings");

        for (var i = 0; i < result.Warnings.Count; i++)
        {
            var code = result.Warnings[i].Code;

            if (result.Warnings.FindIndex(warning => warning.Code == code) == i)
            {
                writer.WriteStringValue(code);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>In the order of execution: a reinstated study is open before it is updated, a cancelled one is updated first.</summary>
    private static void WriteOperations(Utf8JsonWriter writer, EffectiveUpdate effective)
    {
        writer.WriteStartArray("operations");

        if (effective.Creates)
        {
            writer.WriteStringValue("create");
        }

        if (effective.Lifecycle == "uncancel")
        {
            writer.WriteStringValue("uncancel");
        }

        if (!effective.Creates && effective.Changes.Any(change => change.Field != FieldNames.IsCancelled))
        {
            writer.WriteStringValue("update");
        }

        if (effective.Lifecycle == "cancel")
        {
            writer.WriteStringValue("cancel");
        }

        writer.WriteEndArray();
    }

    private void WriteChange(Utf8JsonWriter writer, FieldChange change)
    {
        writer.WriteStartObject();
        writer.WriteString("field", change.Field);

        if (IsRedacted(change.Field))
        {
            writer.WriteBoolean("redacted", true);
        }
        else if (change.Field == FieldNames.IsCancelled)
        {
            writer.WriteBoolean("previous", change.Previous == "true");
            writer.WriteBoolean("current", change.Current == "true");
        }
        else
        {
            writer.WriteString("previous", change.Previous);
            writer.WriteString("current", change.Current);
        }

        writer.WriteEndObject();
    }

    private static void WriteOrigin(Utf8JsonWriter writer, UnitUpdate unit, string kind)
    {
        writer.WriteStartObject("origin");
        writer.WriteString("kind", kind);
        writer.WriteString("sourceId", unit.SourceId);
        writer.WriteString("messageType", unit.MessageType);
        writer.WriteString("messageKey", unit.MessageKey);
        writer.WriteNumber("unit", unit.Number);
        writer.WriteString("sourceTime", unit.SourceTime);
        writer.WriteEndObject();
    }

    private bool IsRedacted(string field)
    {
        if (!field.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        var key = field[FieldNames.MetadataPrefix.Length..];
        return MetadataLimits.IsRedacted(key) || sensitiveKeys.Contains(key);
    }
}
