using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.Store;

/// <summary>A detail of a notice: a text, a number, several of either, or texts by name. Read back as what it was written from.</summary>
internal sealed class NoticeDetailConverter : JsonConverter<object>
{
    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var value = document.RootElement;

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
            JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
            JsonValueKind.Array when value.GetArrayLength() > 0 && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number) =>
                value.EnumerateArray().Select(item => item.GetInt64()).ToArray(),
            JsonValueKind.Array => value.EnumerateArray().Select(item => item.ToString()).ToArray(),
            JsonValueKind.Object => value.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ToString()),
            _ => null,
        };
    }

    public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool yes:
                writer.WriteBooleanValue(yes);
                break;
            case int or long or short:
                writer.WriteNumberValue(Convert.ToInt64(value));
                break;
            case double or float or decimal:
                writer.WriteNumberValue(Convert.ToDouble(value));
                break;
            case IEnumerable<KeyValuePair<string, string>> pairs:
                WritePairs(writer, pairs);
                break;
            case System.Collections.IEnumerable items:
                WriteItems(writer, items);
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value));
                break;
        }
    }

    private static void WritePairs(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        writer.WriteStartObject();

        foreach (var (name, text) in pairs)
        {
            writer.WriteString(name, text);
        }

        writer.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter writer, System.Collections.IEnumerable items)
    {
        writer.WriteStartArray();

        foreach (var item in items)
        {
            if (item is long or int)
            {
                writer.WriteNumberValue(Convert.ToInt64(item));
            }
            else
            {
                writer.WriteStringValue(Convert.ToString(item));
            }
        }

        writer.WriteEndArray();
    }
}
