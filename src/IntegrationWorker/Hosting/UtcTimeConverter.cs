using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.Hosting;

/// <summary>Writes instants as RFC 3339 in UTC, to the millisecond: <c>2026-03-02T16:00:00.000Z</c>.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    private const int Length = 24; // To the millisecond.
    private const int RoundTripLength = 28;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Write(value, stackalloc char[RoundTripLength]));

    public static string ToText(DateTimeOffset value) => new(Write(value, stackalloc char[RoundTripLength]));

    // The round-trip format is several times as fast as one that is put together, and has four digits too many.
    private static ReadOnlySpan<char> Write(DateTimeOffset value, Span<char> text)
    {
        value.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[Length - 1] = 'Z';

        return text[..Length];
    }
}
