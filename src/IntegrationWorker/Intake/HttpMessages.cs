using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using IntegrationWorker.Subscriptions;

namespace IntegrationWorker.Intake;

/// <summary>Turns requests into messages.</summary>
internal sealed class HttpMessages(Rulebook rules, TimeProvider time)
{
    // What belongs to the connection, or opens doors, does not belong to the message and is not kept with it.
    private static readonly HashSet<string> _notOfTheMessage = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Content-Length", "Transfer-Encoding", "Authorization", HookSecrets.Header, "Cookie", "Accept", "Accept-Encoding", "Expect", "Prefer",
        "User-Agent", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host",
    };

    /// <summary>The one message of a request.</summary>
    /// <param name="sourceId">The source that the request names; null when the message itself has to say.</param>
    /// <param name="further">Headers that the door adds.</param>
    public async Task<InboundMessage> ReadAsync(
        HttpRequest request, string? sourceId, CancellationToken cancellationToken, params IReadOnlyList<KeyValuePair<string, string>> further)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        var headers = HeadersOf(request);

        foreach (var (name, value) in further)
        {
            headers[name] = value;
        }

        return MessageOf(body.ToArray(), headers, sourceId);
    }

    /// <summary>The messages of a request with several; one more than possible when there are too many.</summary>
    /// <exception cref="InvalidDataException">It cannot be cut into its parts.</exception>
    public async Task<IReadOnlyList<InboundMessage>> ReadAllAsync(HttpRequest request, string? sourceId, CancellationToken cancellationToken)
    {
        var parts = await HttpPart.ReadAsync(request, cancellationToken);

        return [.. parts.Select((part, index) => MessageOf(part.Body, HeadersOf(request, part, index + 1), sourceId))];
    }

    private InboundMessage MessageOf(byte[] body, Dictionary<string, string> headers, string? sourceId)
    {
        sourceId ??= headers.GetValueOrDefault(BrokerNames.SourceIdHeader);

        if (sourceId is not null)
        {
            headers[BrokerNames.SourceIdHeader] = sourceId;
        }

        return new InboundMessage
        {
            Door = DoorOf(sourceId, headers.GetValueOrDefault("content-type")),
            Body = body,
            SourceId = sourceId,
            ReceivedAt = time.GetUtcNow(),
            Headers = headers,
            CorrelationId = headers.GetValueOrDefault("correlation-id") ?? headers.GetValueOrDefault("x-correlation-id"),
            DeliveryId = headers.GetValueOrDefault("message-id") ?? headers.GetValueOrDefault("x-request-id"),
            ReplayId = headers.GetValueOrDefault(BrokerNames.ReplayIdHeader),
        };
    }

    private static Dictionary<string, string> HeadersOf(HttpRequest request) => request.Headers
        .Where(header => !_notOfTheMessage.Contains(header.Key))
        .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());

    private static Dictionary<string, string> HeadersOf(HttpRequest request, HttpPart part, int number)
    {
        var headers = HeadersOf(request);

        // A key of the whole request is a key of each message in it: sent again, they are the same ones again.
        if (headers.TryGetValue(BrokerNames.IdempotencyKeyHeader, out var key))
        {
            headers[BrokerNames.IdempotencyKeyHeader] = $"{key}/{number}";
        }

        headers.Remove("content-type");

        foreach (var (name, value) in part.Headers)
        {
            headers[name] = value;
        }

        return headers;
    }

    private Door DoorOf(string? sourceId, string? contentType)
    {
        if (sourceId is not null && rules.FindSource(sourceId) is { } source)
        {
            return Doors.Parse(source.Kind);
        }

        return contentType switch
        {
            not null when contentType.StartsWith("application/fhir+json", StringComparison.OrdinalIgnoreCase) => Door.Fhir,
            not null when contentType.Contains("json", StringComparison.OrdinalIgnoreCase) => Door.Command,
            _ => Door.Hl7v2,
        };
    }
}
