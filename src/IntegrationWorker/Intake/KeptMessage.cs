using System.Text.Json;

namespace IntegrationWorker.Intake;

/// <summary>A delivery as it was kept in the store, to be decided about again.</summary>
internal static class KeptMessage
{
    /// <param name="headers">As JSON.</param>
    public static InboundMessage Of(string door, ReadOnlyMemory<byte> body, byte[] headers, DateTimeOffset receivedAt)
    {
        var byName = JsonSerializer.Deserialize<Dictionary<string, string>>(headers) ?? [];

        return new InboundMessage
        {
            Door = Doors.Parse(door),
            Body = body,
            SourceId = byName.GetValueOrDefault(Contracts.BrokerNames.SourceIdHeader),
            ReceivedAt = receivedAt,
            Headers = byName,
        };
    }
}
