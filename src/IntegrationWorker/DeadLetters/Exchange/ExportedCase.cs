using System.Text.Json.Serialization;

namespace IntegrationWorker.DeadLetters.Exchange;

/// <summary>A file of dead letters.</summary>
internal sealed record ExportFile(string Format, DateTimeOffset ExportedAt, bool Deidentified, IReadOnlyList<ExportedCase> DeadLetters)
{
    public const string CurrentFormat = "study-update-worker/dead-letters/1";
}

/// <summary>A dead letter in a file.</summary>
/// <param name="Id">A new one where it is de-identified: the same message is the same case, and nobody finds the first one by it.</param>
/// <param name="Body">Base64: an approved edit, or the message as it came.</param>
internal sealed record ExportedCase(
    string Id, string Code, string? Location, string Cause, string SourceId, string MessageType, DateTimeOffset ReceivedAt, string Door,
    IReadOnlyList<int> Units, IReadOnlyDictionary<string, string> Headers, byte[] Body);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExportFile))]
internal sealed partial class ExportJson : JsonSerializerContext;
