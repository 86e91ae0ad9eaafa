using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.Intake;

namespace IntegrationWorker.Tests.Examples;

/// <summary>One worked example: what is there before, and the messages with what is expected of each. tests/Samples/examples/README.md.</summary>
internal sealed record Example(string Name, JsonObject Given, IReadOnlyList<ExampleStep> Steps, JsonArray? FinalStudies)
{
    public static Example Load(string name)
    {
        var expected = JsonNode.Parse(File.ReadAllBytes(Path.Combine(ExampleFolders.Of(name), "expected.json")))!.AsObject();

        return new Example(
            name,
            expected["given"]?.AsObject() ?? [],
            [.. expected["steps"]!.AsArray().Select(step => ExampleStep.Load(name, step!.AsObject()))],
            expected["finalStudies"]?.AsArray());
    }
}

/// <summary>One message of an example.</summary>
/// <param name="Where">For failures: <c>03-cancel-then-reinstate/message-2.hl7</c>.</param>
internal sealed record ExampleStep(string Where, JsonObject Expected, InboundMessage Inbound)
{
    public static ExampleStep Load(string example, JsonObject expected)
    {
        var file = (string)expected["file"]!;
        var receivedAt = DateTimeOffset.Parse((string)expected["receivedAt"]!, CultureInfo.InvariantCulture);
        var bytes = File.ReadAllBytes(Path.Combine(ExampleFolders.Of(example), file));

        return new ExampleStep(
            $"{example}/{file}",
            expected,
            file.EndsWith(".hl7", StringComparison.Ordinal)
                ? new InboundMessage { Door = Door.Hl7v2, Body = bytes, ReceivedAt = receivedAt }
                : FromJson(JsonNode.Parse(bytes)!.AsObject(), receivedAt));
    }

    private static InboundMessage FromJson(JsonObject file, DateTimeOffset receivedAt)
    {
        var headers = file["headers"]!.AsObject().ToDictionary(header => header.Key, header => (string)header.Value!);
        var body = file["body"];

        return new InboundMessage
        {
            Door = headers["content-type"].Contains("fhir", StringComparison.Ordinal) ? Door.Fhir : Door.Command,
            Body = body is null ? ReadOnlyMemory<byte>.Empty : JsonSerializer.SerializeToUtf8Bytes(body),
            ReceivedAt = receivedAt,
            SourceId = headers["source-id"],
            Headers = headers,
        };
    }
}
