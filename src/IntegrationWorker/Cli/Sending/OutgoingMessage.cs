using System.Buffers;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Mllp;

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

    /// <summary>Standard input as a path.</summary>
    public const string StandardInput = "-";

    private static readonly Dictionary<string, string> _hl7Headers = new() { ["content-type"] = "application/hl7-v2" };

    /// <summary>The messages of files, of the files in folders by name, and of standard input.</summary>
    public static IReadOnlyList<OutgoingMessage> ReadAll(IEnumerable<string> paths, string? sourceId) =>
        [.. paths.SelectMany(path => path == StandardInput ? ReadStandardInput() : FilesOf(path).SelectMany(ReadFile)).Select(message => message.Of(sourceId))];

    private OutgoingMessage Of(string? sourceId) => sourceId is null
        ? this
        : this with { Headers = new Dictionary<string, string>(Headers) { [BrokerNames.SourceIdHeader] = sourceId } };

    private static IEnumerable<string> FilesOf(string path)
    {
        if (Directory.Exists(path))
        {
            return Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file) is ".hl7" or ".json").Order(StringComparer.Ordinal);
        }

        return File.Exists(path) ? [path] : throw new VerbFailedException($"There is no file or folder {path}.");
    }

    private static IEnumerable<OutgoingMessage> ReadFile(string file)
    {
        var bytes = File.ReadAllBytes(file);

        return Path.GetExtension(file) == ".json" ? [ReadJson(file, bytes)]
            : bytes.AsSpan().Contains(MllpFraming.StartBlock) ? Numbered(Path.GetFileName(file), FramesOf(bytes))
            : [new OutgoingMessage(Path.GetFileName(file), bytes, _hl7Headers)];
    }

    private static IEnumerable<OutgoingMessage> ReadStandardInput()
    {
        using var input = Console.OpenStandardInput();
        using var copy = new MemoryStream();
        input.CopyTo(copy);
        var bytes = copy.ToArray();

        return bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? [ReadJson(StandardInput, bytes)]
            : Numbered(StandardInput, bytes.AsSpan().Contains(MllpFraming.StartBlock) ? FramesOf(bytes) : HeadersOf(bytes));
    }

    private static IEnumerable<OutgoingMessage> Numbered(string name, List<byte[]> bodies) =>
        bodies.Select((body, index) => new OutgoingMessage(bodies.Count == 1 ? name : $"{name}#{index + 1}", body, _hl7Headers));

    private static List<byte[]> FramesOf(byte[] bytes)
    {
        var reader = new MllpFrameReader(int.MaxValue);
        var rest = new ReadOnlySequence<byte>(bytes);
        var bodies = new List<byte[]>();

        while (reader.TryRead(ref rest, out var frame))
        {
            bodies.Add(frame.Message.ToArray());
        }

        return bodies;
    }

    // Messages one after the other, as cat writes them: each begins with a line that begins with MSH.
    private static List<byte[]> HeadersOf(byte[] bytes)
    {
        var bodies = new List<byte[]>();
        var start = 0;

        for (var i = 1; i + 3 < bytes.Length; i++)
        {
            if (bytes[i - 1] is (byte)'\r' or (byte)'\n' && bytes.AsSpan(i).StartsWith("MSH"u8) && !char.IsAsciiLetterOrDigit((char)bytes[i + 3]))
            {
                bodies.Add(bytes[start..i]);
                start = i;
            }
        }

        bodies.Add(bytes[start..]);
        return bodies.FindAll(body => body.AsSpan().ContainsAnyExcept(" \t\r\n"u8));
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
