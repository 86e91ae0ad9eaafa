using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationWorker.Store;

namespace IntegrationWorker.Target;

/// <summary>Plans and what was seen of studies, as the store keeps them.</summary>
internal static class PlanJson
{
    private static readonly PlanJsonContext _context =
        new(new JsonSerializerOptions(PlanJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static byte[] Write(PlanDocument plan) => JsonSerializer.SerializeToUtf8Bytes(plan, _context.PlanDocument);

    public static byte[] Write(SeenStudy seen) => JsonSerializer.SerializeToUtf8Bytes(seen, _context.SeenStudy);

    /// <exception cref="JsonException">The document is damaged.</exception>
    public static PlanDocument ReadPlan(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, _context.PlanDocument) ?? throw new JsonException("A plan is null.");

    /// <exception cref="JsonException">The document is damaged.</exception>
    public static SeenStudy ReadSeen(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, _context.SeenStudy) ?? throw new JsonException("A seen study is null.");
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(NoticeDetailConverter)])]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(SeenStudy))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(IEnumerable<string>))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
