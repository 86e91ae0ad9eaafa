using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>The result of a message as JSON: what the record keeps and what senders are told.</summary>
internal static class ResultJson
{
    private static readonly ResultJsonContext _context =
        new(new JsonSerializerOptions(ResultJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static byte[] Write(MessageResult result) => JsonSerializer.SerializeToUtf8Bytes(result, _context.MessageResult);

    public static byte[] Write(IReadOnlyList<UnitResult> units) => JsonSerializer.SerializeToUtf8Bytes(units, _context.IReadOnlyListUnitResult);

    public static byte[] Write(Notice notice) => JsonSerializer.SerializeToUtf8Bytes(notice, _context.Notice);

    public static byte[] Write(IReadOnlyDictionary<string, string> headers) =>
        JsonSerializer.SerializeToUtf8Bytes(headers, _context.IReadOnlyDictionaryStringString);

    /// <exception cref="JsonException">The record is damaged.</exception>
    public static MessageResult Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, _context.MessageResult) ?? throw new JsonException("A message record is null.");
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PreferredObjectCreationHandling = JsonObjectCreationHandling.Replace,
    Converters = [typeof(NoticeDetailConverter)])]
[JsonSerializable(typeof(MessageResult))]
[JsonSerializable(typeof(IReadOnlyList<UnitResult>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(IEnumerable<string>))]
internal sealed partial class ResultJsonContext : JsonSerializerContext;
