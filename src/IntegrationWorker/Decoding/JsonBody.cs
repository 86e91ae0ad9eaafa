using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace IntegrationWorker.Decoding;

/// <summary>The body of a FHIR or command delivery as JSON.</summary>
internal static class JsonBody
{
    /// <summary>The same limit as for HL7 v2: no message of a single study comes near it.</summary>
    public const int BytesMax = 5 * 1024 * 1024;

    /// <summary>Deeper than any resource nests; a bound, because what reads the document later recurses.</summary>
    private const int DepthMax = 128;

    /// <summary>The body without a UTF-8 byte order mark.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;

    public static bool IsBlank(ReadOnlySpan<byte> body) => body.Trim(" \t\r\n"u8).IsEmpty;

    /// <summary>False when the body is no JSON, or has text that is no Unicode.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;

        if (!Utf8.IsValid(body.Span))
        {
            return false;
        }

        try
        {
            if (body.Span.IndexOf("\\u"u8) >= 0 && HasHalfCharacter(body.Span))
            {
                return false;
            }

            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DepthMax });

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The text of a string element; null for everything else.</summary>
    public static string? Text(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    /// <summary>The text of a string member; null when it is absent or something else.</summary>
    public static string? Text(this JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) ? value.Text() : null;

    /// <summary>A member of an object; undefined when there is none.</summary>
    public static JsonElement Member(this JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) ? value : default;

    /// <summary>The elements of an array; none for everything else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    // An escaped half of a surrogate pair is valid to the JSON reader and throws when the text is read,
    // so it is looked for once, here, and no reader behind this has to expect it.
    private static bool HasHalfCharacter(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = DepthMax });

        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }

            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
