using System.Buffers;
using System.Text.Json;

namespace IntegrationWorker.Decoding.Fhir;

/// <summary>The elements of an ImagingStudy that are mapped, as JSON of their own.</summary>
/// <remarks>
/// Only mapped fields may fail a message, so nothing else is shown to the deserializer; a study of a thousand images is short
/// then, too. Members without a name are left out at every depth: the deserializer has an exception for them that is not its own.
/// </remarks>
internal static class ImagingStudyExtract
{
    private static readonly HashSet<string> _mapped = new(StringComparer.Ordinal)
    {
        "resourceType", "id", "meta", "identifier", "status", "modality", "basedOn", "started", "description", "interpreter",
        "numberOfSeries", "numberOfInstances",
    };

    private static readonly HashSet<string> _mappedOfSeries = new(StringComparer.Ordinal) { "modality" };
    private static readonly HashSet<string> _mappedOfRequest = new(StringComparer.Ordinal) { "resourceType", "id", "priority" };

    public static ReadOnlyMemory<byte> Of(JsonElement study)
    {
        var output = new ArrayBufferWriter<byte>();

        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();

            foreach (var member in study.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "series":
                        WriteItems(writer, member, item => true, _mappedOfSeries);
                        break;
                    case "contained":
                        WriteItems(writer, member, item => item.Text("resourceType") == "ServiceRequest", _mappedOfRequest);
                        break;
                    default:
                        WriteMapped(writer, member, _mapped);
                        break;
                }
            }

            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void WriteItems(Utf8JsonWriter writer, JsonProperty list, Func<JsonElement, bool> isWanted, HashSet<string> mapped)
    {
        writer.WriteStartArray(list.Name);

        foreach (var item in list.Value.Items().Where(item => item.ValueKind == JsonValueKind.Object && isWanted(item)))
        {
            writer.WriteStartObject();

            foreach (var member in item.EnumerateObject())
            {
                WriteMapped(writer, member, mapped);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>A member, or the extensions of a primitive one, which stand under its name with a line before it.</summary>
    private static void WriteMapped(Utf8JsonWriter writer, JsonProperty member, HashSet<string> mapped)
    {
        if (mapped.Contains(member.Name.StartsWith('_') ? member.Name[1..] : member.Name))
        {
            writer.WritePropertyName(member.Name);
            WriteNamed(writer, member.Value);
        }
    }

    private static void WriteNamed(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();

                foreach (var member in value.EnumerateObject().Where(member => member.Name.Length > 0))
                {
                    writer.WritePropertyName(member.Name);
                    WriteNamed(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();

                foreach (var item in value.EnumerateArray())
                {
                    WriteNamed(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
