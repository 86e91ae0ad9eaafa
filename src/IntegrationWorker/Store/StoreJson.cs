using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>JSON of the documents inside rows: short names (on the types), numbers for enums, nothing for null.</summary>
/// <remarks>What is written today is read by every later version: members may be added, never renamed or renumbered.</remarks>
internal static class StoreJson
{
    // The default encoder would write every + of a clock as six characters.
    private static readonly ParkedJsonContext _parked =
        new(new JsonSerializerOptions(ParkedJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static byte[] Write(ParkedDocument parked) => JsonSerializer.SerializeToUtf8Bytes(parked, _parked.ParkedDocument);

    public static ParkedDocument ReadParked(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, _parked.ParkedDocument) ?? throw new JsonException("A parked unit is null.");

    public static byte[] Write(IReadOnlyList<long> numbers) =>
        JsonSerializer.SerializeToUtf8Bytes(numbers, _parked.IReadOnlyListInt64);

    public static IReadOnlyList<long> ReadNumbers(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, _parked.IReadOnlyListInt64) ?? [];
}

/// <summary>The encrypted part of a parked unit.</summary>
internal sealed record ParkedDocument(
    UnitUpdate Unit, IReadOnlyList<LinkKey> Keys, ReadOnlyMemory<byte> Body, byte[] Headers, string Door);

/// <summary>Units have required members whose value may be the default, so only nulls are left out.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(NoticeDetailConverter)])]
[JsonSerializable(typeof(ParkedDocument))]
[JsonSerializable(typeof(IReadOnlyList<long>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(IEnumerable<string>))]
internal sealed partial class ParkedJsonContext : JsonSerializerContext;
