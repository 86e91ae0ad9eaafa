using System.Text;
using System.Text.Json.Nodes;
using Hl7v2;

namespace IntegrationWorker.DeadLetters.Exchange;

/// <summary>
/// A message without what could name a patient, a person or a case: what is not known to be a code is replaced. Segments, lengths,
/// codes, authorities and the relations of numbers and times stay, so that the decision about it stays the same.
/// </summary>
internal sealed class Deidentifier(Pseudonyms pseudonyms)
{
    // Fields that hold codes, types and names of systems only.
    private static readonly Dictionary<string, int[]> _codes = new(StringComparer.Ordinal)
    {
        ["MSH"] = [1, 2, 3, 4, 5, 6, 9, 11, 12, 15, 16, 17, 18, 19, 20, 21],
        ["EVN"] = [1, 4],
        ["PID"] = [1, 8],
        ["PV1"] = [1, 2],
        ["ORC"] = [1, 5, 6, 16],
        ["OBR"] = [1, 4, 5, 11, 15, 24, 25, 27, 44, 45],
        ["OBX"] = [1, 2, 3, 4, 6, 8, 11],
        ["IPC"] = [4, 5, 6],
        ["TQ1"] = [1, 2, 3, 9],
        ["TXA"] = [1, 2, 3, 17, 18, 19],
        ["SCH"] = [6, 7, 8, 25],
        ["AIS"] = [1, 2, 3, 10],
        ["RGS"] = [1, 2],
        ["PRT"] = [2, 3, 4],
        ["ROL"] = [2, 3],
    };

    // Numbers of the form value^authority: only the value is replaced. The place of the authority differs.
    private static readonly Dictionary<string, int[]> _numbers = new(StringComparer.Ordinal)
    {
        ["PID"] = [2, 3, 4, 18],
        ["MRG"] = [1, 2, 3, 4, 5],
        ["PV1"] = [19],
        ["ORC"] = [2, 3, 4, 8],
        ["OBR"] = [2, 3, 18, 19, 20, 21],
        ["IPC"] = [1, 2, 3],
        ["ZDS"] = [1],
        ["SCH"] = [1, 2, 26, 27],
        ["TXA"] = [12, 13, 14, 15],
    };

    // JSON members that hold codes, types and names of systems only.
    private static readonly HashSet<string> _plainMembers = new(StringComparer.Ordinal)
    {
        "resourceType", "system", "code", "display", "type", "status", "use", "unit", "priority", "intent", "operation", "severity", "studyViewerStatus",
        "specversion", "datacontenttype", "dataschema", "issuer", "mode", "url", "versionId", "source",
    };

    /// <param name="body">In whatever form.</param>
    public byte[] Of(byte[] body)
    {
        if (Hl7Decoder.Decode(body, null).Message is { } message)
        {
            return OfHl7(message);
        }

        try
        {
            if (JsonNode.Parse(body) is { } json)
            {
                return Encoding.UTF8.GetBytes(Of(json, "")!.ToJsonString());
            }
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or ArgumentException)
        {
            // Neither: all its letters and digits go.
        }

        return Encoding.Latin1.GetBytes(pseudonyms.Of(Encoding.Latin1.GetString(body)));
    }

    private byte[] OfHl7(Hl7Message message)
    {
        var separator = message.Delimiters.Field;
        var segments = Enumerable.Range(0, message.Count).Select(i => message[i].Text.ToString().Split(separator)).ToList();

        foreach (var parts in segments)
        {
            var offset = parts[0] == "MSH" ? 1 : 0;

            for (var i = 1; i < parts.Length; i++)
            {
                parts[i] = OfField(parts[0], i + offset, parts[i], message.Delimiters);
            }
        }

        return message.Charset.GetBytes(string.Concat(segments.Select(parts => string.Join(separator, parts) + "\r")));
    }

    private string OfField(string segment, int number, string text, Hl7Delimiters delimiters)
    {
        if (text.Length == 0 || text == "\"\"" || IsIn(_codes, segment, number))
        {
            return text;
        }

        var isNumber = IsIn(_numbers, segment, number);
        char[] separators = [delimiters.Component, delimiters.Repetition, delimiters.Subcomponent];
        var result = new StringBuilder(text.Length);
        var start = 0;
        var component = 1;

        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !separators.Contains(text[i]))
            {
                continue;
            }

            var part = text[start..i];
            result.Append(isNumber && component > 1 ? part : OfText(part));

            if (i < text.Length)
            {
                result.Append(text[i]);
                component = text[i] == delimiters.Repetition ? 1 : text[i] == delimiters.Component ? component + 1 : component;
            }

            start = i + 1;
        }

        return result.ToString();
    }

    private string OfText(string text) =>
        Pseudonyms.IsUid(text) ? pseudonyms.OfUid(text) : Pseudonyms.IsHl7Time(text) ? pseudonyms.OfHl7Time(text) : pseudonyms.Of(text);

    private static bool IsIn(Dictionary<string, int[]> fields, string segment, int number) =>
        fields.TryGetValue(segment, out var numbers) && numbers.Contains(number);

    private JsonNode? Of(JsonNode? node, string member)
    {
        switch (node)
        {
            case JsonObject members:
                return new JsonObject(members.Select(pair => KeyValuePair.Create(pair.Key, Of(pair.Value, pair.Key))));
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Of(item, member))]);
            case JsonValue value when value.TryGetValue<string>(out var text) && !_plainMembers.Contains(member):
                return OfJsonText(text);
            default:
                return node?.DeepClone();
        }
    }

    private string OfJsonText(string text)
    {
        const string oid = "urn:oid:";

        return text.StartsWith(oid, StringComparison.Ordinal) ? oid + pseudonyms.OfUid(text[oid.Length..])
            : Pseudonyms.IsUid(text) ? pseudonyms.OfUid(text)
            : pseudonyms.OfIsoTime(text) ?? pseudonyms.Of(text);
    }
}
