using System.Globalization;
using System.Text;
using System.Text.Json;
using Hl7v2;

namespace IntegrationWorker.DeadLetters.Editing;

/// <summary>What an edit changed, by field: <c>OBR-18</c>, <c>OBR[2]-4</c>, <c>/data/patch/severity</c>, or by line where nothing better can be read. Pure.</summary>
internal static class MessageDiff
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IReadOnlyList<FieldDifference> Of(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var (old, now) = (Fields(before), Fields(after));

        return
        [
            .. old.Keys.Union(now.Keys)
                .Where(location => old.GetValueOrDefault(location) != now.GetValueOrDefault(location))
                .Select(location => new FieldDifference(location, old.GetValueOrDefault(location), now.GetValueOrDefault(location))),
        ];
    }

    private static Dictionary<string, string> Fields(ReadOnlySpan<byte> body)
    {
        if (Hl7Decoder.Decode(body, null).Message is { } message)
        {
            return FieldsOf(message);
        }

        return JsonFields(body) ?? Lines(body);
    }

    private static Dictionary<string, string> FieldsOf(Hl7Message message)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);

        for (var i = 0; i < message.Count; i++)
        {
            var segment = message[i];
            var parts = segment.Text.ToString().Split(message.Delimiters.Field);
            var number = seen[parts[0]] = seen.GetValueOrDefault(parts[0]) + 1;
            var name = number == 1 ? parts[0] : $"{parts[0]}[{number}]";
            fields[name] = parts[0];

            // MSH-1 is the separator itself.
            var offset = i == 0 ? 1 : 0;

            for (var part = 1; part < parts.Length; part++)
            {
                if (parts[part].Length > 0)
                {
                    fields[$"{name}-{part + offset}"] = parts[part];
                }
            }
        }

        return fields;
    }

    private static Dictionary<string, string>? JsonFields(ReadOnlySpan<byte> body)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);

        try
        {
            var reader = new Utf8JsonReader(body);
            Walk(JsonElement.ParseValue(ref reader), "", fields);
            return fields;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Walk(JsonElement element, string path, Dictionary<string, string> fields)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Walk(member.Value, $"{path}/{member.Name}", fields);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;

                foreach (var item in element.EnumerateArray())
                {
                    Walk(item, $"{path}/{index++}", fields);
                }

                break;
            default:
                fields[path] = element.GetRawText();
                break;
        }
    }

    private static Dictionary<string, string> Lines(ReadOnlySpan<byte> body)
    {
        string text;

        try
        {
            text = _strict.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            text = Convert.ToHexString(body);
        }

        return text.ReplaceLineEndings("\r").Split('\r')
            .Select((line, i) => (Name: string.Create(CultureInfo.InvariantCulture, $"line {i + 1}"), Line: line))
            .ToDictionary(one => one.Name, one => one.Line, StringComparer.Ordinal);
    }
}

/// <param name="Before">Null: was not there.</param>
/// <param name="After">Null: is not there any more.</param>
internal sealed record FieldDifference(string Location, string? Before, string? After);
