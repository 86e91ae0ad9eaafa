using System.Text;
using System.Text.Json;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A message as a foreign client sees it.</summary>
internal sealed record ReceivedMessage(
    byte[] Body, string? ContentType, string? MessageId, bool Persistent, string RoutingKey, IReadOnlyDictionary<string, object?> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>A header; strings arrive as bytes on AMQP.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name) switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        null => null,
        var other => other.ToString(),
    };
}
