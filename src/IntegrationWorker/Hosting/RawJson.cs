using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.Hosting;

/// <summary>JSON that was written by us and is handed on as it is: reading and writing it again is most of the work of an answer with many records.</summary>
/// <param name="Utf8">One whole value, valid.</param>
[JsonConverter(typeof(RawJsonConverter))]
internal readonly record struct RawJson(ReadOnlyMemory<byte> Utf8)
{
    private sealed class RawJsonConverter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var value = JsonDocument.ParseValue(ref reader);

            return new RawJson(JsonSerializer.SerializeToUtf8Bytes(value.RootElement));
        }

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
