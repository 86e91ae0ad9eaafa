using System.Text;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;

namespace IntegrationWorker.Cli.Sending;

/// <summary>A message from a file: its body as it goes out, and the headers that go with it.</summary>
internal sealed record OutgoingMessage(string Name, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? ContentType => Headers.GetValueOrDefault("content-type");

    public string? SourceId => Headers.GetValueOrDefault(BrokerNames.SourceIdHeader);

    public Door Door => ContentType switch
    {
        null => Door.Hl7v2,
        var type when type.StartsWith("application/fhir+json", StringComparison.OrdinalIgnoreCase) => Door.Fhir,
        var type when type.Contains("json", StringComparison.OrdinalIgnoreCase) => Door.Command,
        _ => Door.Hl7v2,
    };

    /// <summary>The messages of files, and of the files in folders by name.</summary>
    public static IReadOnlyList<OutgoingMessage> ReadAll(IEnumerable<string> paths, string? sourceId) =>
        [.. paths.SelectMany(FilesOf).Select(file => Read(file, sourceId))];

    private static IEnumerable<string> FilesOf(string path)
    {
        if (Directory.Exists(path))
        {
            return Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file) is ".hl7" or ".json").Order(StringComparer.Ordinal);
        }

        return File.Exists(path) ? [path] : throw new VerbFailedException($"There is no file or folder {path}.");
    }

    private static OutgoingMessage Read(string file, string? sourceId)
    {
        var bytes = File.ReadAllBytes(file);
        var message = Path.GetExtension(file) == ".json"
            ? ReadJson(file, bytes)
            : new OutgoingMessage(Path.GetFileName(file), bytes, new Dictionary<string, string> { ["content-type"] = "application/hl7-v2" });

        return sourceId is null
            ? message
            : message with { Headers = new Dictionary<string, string>(message.Headers) { [BrokerNames.SourceIdHeader] = sourceId } };
    }

    // Either { "headers": …, "body": … }, or the body itself.
    private static OutgoingMessage ReadJson(string file, byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;

            if (root.TryGetProperty("headers", out var headers) && root.TryGetProperty("body", out var body))
            {
                var named = headers.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.ToString());
                return new OutgoingMessage(Path.GetFileName(file), BytesOf(body), named);
            }

            var type = root.TryGetProperty("resourceType", out _) ? "application/fhir+json" : BrokerNames.CloudEventsContentType;
            return new OutgoingMessage(Path.GetFileName(file), bytes, new Dictionary<string, string> { ["content-type"] = type });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new VerbFailedException($"{file} is not JSON with headers and body.");
        }
    }

    private static byte[] BytesOf(JsonElement body) =>
        body.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(body.GetString()!) : Encoding.UTF8.GetBytes(body.GetRawText());
}
