using System.Globalization;
using System.Text;
using IntegrationWorker.Contracts;
using RabbitMQ.Client;

namespace IntegrationWorker.Intake.Broker;

/// <summary>Turns deliveries into messages: the bytes as they came, whatever their content type.</summary>
internal static class BrokerMessages
{
    public static InboundMessage From(
        ReadOnlyMemory<byte> body, IReadOnlyBasicProperties properties, InputQueue queue, DateTimeOffset receivedAt)
    {
        var headers = HeadersOf(properties);
        var sourceId = queue.SourceId ?? headers.GetValueOrDefault(BrokerNames.SourceIdHeader);

        if (sourceId is not null)
        {
            // So that a replay finds it again, whatever queue the message came from.
            headers[BrokerNames.SourceIdHeader] = sourceId;
        }

        return new InboundMessage
        {
            Door = queue.Door,
            Body = body,
            SourceId = sourceId,
            ReceivedAt = receivedAt,
            Headers = headers,
            CorrelationId = NullIfEmpty(properties.CorrelationId),
            DeliveryId = NullIfEmpty(properties.MessageId),
            ReplayId = headers.GetValueOrDefault(BrokerNames.ReplayIdHeader),
        };
    }

    private static Dictionary<string, string> HeadersOf(IReadOnlyBasicProperties properties)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);

        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
        {
            if (TextOf(value) is { } text)
            {
                headers[name.ToLowerInvariant()] = text;
            }
        }

        if (NullIfEmpty(properties.ContentType) is { } type)
        {
            headers["content-type"] = type;
        }

        return headers;
    }

    // Tables and lists in headers are the broker's own notes about the delivery.
    private static string? TextOf(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        bool or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal =>
            Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
