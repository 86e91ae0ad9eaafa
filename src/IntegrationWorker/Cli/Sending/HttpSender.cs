using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using IntegrationWorker.Contracts;

namespace IntegrationWorker.Cli.Sending;

/// <summary>Sends over HTTP and reads the outcome.</summary>
internal sealed class HttpSender : ISender
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);

    private const int AttemptsMax = 5;

    private readonly HttpClient _client;

    /// <param name="key">An API key with the role integrator; null: the worker has none yet.</param>
    public HttpSender(Uri address, string? key)
    {
        _client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(90) };

        if (key is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    public async Task<SendResult> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = RequestOf(message);
            using var response = await _client.SendAsync(request, cancellationToken);

            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || attempt == AttemptsMax)
            {
                return await ReadAsync(response, cancellationToken);
            }

            await Task.Delay(_pause, cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static HttpRequestMessage RequestOf(OutgoingMessage message)
    {
        var query = message.SourceId is { } source ? $"?source={Uri.EscapeDataString(source)}" : "";
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/messages{query}", UriKind.Relative))
        {
            Content = new ByteArrayContent(message.Body),
        };
        request.Content.Headers.ContentType = message.ContentType is { } type ? MediaTypeHeaderValue.Parse(type) : null;
        request.Headers.Add("Prefer", "wait=30");

        foreach (var (name, value) in message.Headers.Where(header => header.Key is not ("content-type" or BrokerNames.SourceIdHeader)))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task<SendResult> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var answer = text.StartsWith('{') ? JsonElement.Parse(text) : default;

        return response.StatusCode switch
        {
            HttpStatusCode.OK => new SendResult(Text(answer, "outcome"), DetailOf(answer)),
            HttpStatusCode.Accepted => new SendResult(SendResult.Accepted, Text(answer, "messageKey")),
            var status => new SendResult(SendResult.Failed, $"{(int)status} {Text(answer, "code")}"),
        };
    }

    private static string DetailOf(JsonElement answer)
    {
        var codes = new List<string>();

        if (answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            codes.Add(Text(error, "code"));
        }

        if (answer.TryGetProperty("units", out var units) && units.ValueKind == JsonValueKind.Array)
        {
            codes.AddRange(units.EnumerateArray()
                .Where(unit => unit.TryGetProperty("error", out var e) && e.ValueKind == JsonValueKind.Object)
                .Select(unit => Text(unit.GetProperty("error"), "code")));
        }

        return $"{string.Join(' ', codes.Distinct())} {Text(answer, "reason")} {Text(answer, "messageKey")}".Trim();
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
