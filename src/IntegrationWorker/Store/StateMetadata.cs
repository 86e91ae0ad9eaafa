using System.Text.Json;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>Reads the metadata pairs of a state document and passes over the rest: for those who look at a study and decide nothing.</summary>
internal static class StateMetadata
{
    private static ReadOnlySpan<byte> Prefix => "metadata."u8;

    /// <summary>The pairs that are present, by name.</summary>
    /// <exception cref="JsonException">The document is damaged.</exception>
    public static SortedDictionary<string, string> Read(ReadOnlySpan<byte> state)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var json = new Utf8JsonReader(state);
        json.Read();

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isFields = json.ValueTextEquals("f"u8);
            json.Read();

            if (isFields)
            {
                ReadFields(ref json, pairs);
                return pairs;
            }

            json.Skip();
        }

        return pairs;
    }

    private static void ReadFields(ref Utf8JsonReader json, SortedDictionary<string, string> pairs)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = json.ValueIsEscaped || json.ValueSpan.StartsWith(Prefix) ? KeyOf(json.GetString()!) : null;
            json.Read();

            if (key is null)
            {
                json.Skip();
                continue;
            }

            // The value stands first in the list of a field; a list that ends before it has none.
            for (var place = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; place++)
            {
                if (place == 0 && json.TokenType == JsonTokenType.String)
                {
                    pairs[key] = json.GetString()!;
                }

                json.Skip();
            }
        }
    }

    private static string? KeyOf(string field) =>
        field.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal) ? field[FieldNames.MetadataPrefix.Length..] : null;
}
