using System.Text.Json;
using IntegrationWorker.Hosting;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>
/// The detail of a history row: what the unit changed and from where in the message, what a gate held back and who holds it.
/// </summary>
internal static class HistoryJson
{
    public static byte[] Write(UnitUpdate unit, UnitResult result)
    {
        using var buffer = JsonBuffer.Rent();
        var writer = buffer.Json;

        writer.WriteStartObject();
        writer.WriteString("sourceTime", unit.SourceTime);
        WriteIfSet(writer, "resolvedBy", result.ResolvedBy);
        WriteIfSet(writer, "eventId", result.EventId);
        WriteIfSet(writer, "error", result.Error?.Code);
        WriteIfSet(writer, "lifecycle", result.Effective?.Lifecycle);
        WriteChanges(writer, result.Effective?.Changes ?? []);
        WriteHeld(writer, result.Held);
        writer.WriteStartArray("warnings");

        foreach (var warning in result.Warnings)
        {
            writer.WriteStringValue(warning.Code);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();

        return buffer.ToArray();
    }

    private static void WriteChanges(Utf8JsonWriter writer, IReadOnlyList<FieldChange> changes)
    {
        writer.WriteStartArray("changes");

        foreach (var change in changes)
        {
            writer.WriteStartObject();
            writer.WriteString("field", change.Field);
            writer.WriteString("previous", change.Previous);
            writer.WriteString("current", change.Current);
            WriteIfSet(writer, "location", change.Location);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteHeld(Utf8JsonWriter writer, List<HeldBack> held)
    {
        writer.WriteStartArray("held");

        foreach (var one in held)
        {
            writer.WriteStartObject();
            writer.WriteString("field", one.Field);
            writer.WriteString("reason", one.Reason);
            writer.WriteString("value", one.Value);
            WriteIfSet(writer, "location", one.Location);
            WriteIfSet(writer, "holder", one.HolderKey);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteIfSet(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
