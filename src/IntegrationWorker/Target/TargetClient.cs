using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace IntegrationWorker.Target;

/// <summary>Speaks the study API as a client. Bodies go out and come in as raw JSON.</summary>
internal sealed class TargetClient(IHttpClientFactory clients, TargetMetrics metrics, TimeProvider time) : ITargetClient
{
    public const string Name = "target";

    /// <summary>The path of the studies behind the address.</summary>
    public const string Studies = "v1/viewer/studies";

    // Longer texts help nobody, and a proxy may answer with a page.
    private const int RefusalCharactersMax = 1000;

    public Task<TargetAnswer> GetAsync(string studyId, CancellationToken cancellationToken) => ReadAsync($"/{Uri.EscapeDataString(studyId)}", cancellationToken);

    public Task<TargetAnswer> GetByUidAsync(string studyInstanceUid, CancellationToken cancellationToken) =>
        ReadAsync($"/by-uid/{Uri.EscapeDataString(studyInstanceUid)}", cancellationToken);

    public async Task<TargetAnswer> SendAsync(TargetCall call, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(call.Method, Studies + call.Path) { Content = new ByteArrayContent(call.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Idempotency-Key", call.IdempotencyKey);

        if (call.IfMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", call.IfMatch);
        }

        return await AnswerAsync(call.Operation, request, cancellationToken);
    }

    public async Task<RemotePage> ListAsync(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var query = cursor is null ? $"?limit={limit}" : $"?limit={limit}&cursor={Uri.EscapeDataString(cursor)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, Studies + query);
        RemotePage? page = null;
        var answer = await AnswerAsync(TargetMetrics.Read, request, cancellationToken, body => page = PageOf(body));

        return page ?? throw new TargetException(
            answer.Failure ?? new TargetFailure(Codes.StoreServerError, $"The platform does not list its studies: {answer.Refusal ?? "there is no such list"}."));
    }

    private async Task<TargetAnswer> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Studies + path);
        return await AnswerAsync(TargetMetrics.Read, request, cancellationToken);
    }

    private async Task<TargetAnswer> AnswerAsync(
        string step, HttpRequestMessage request, CancellationToken cancellationToken, Action<JsonElement>? read = null)
    {
        var started = metrics.Start();
        var answer = await AnswerAsync(request, read, cancellationToken);
        metrics.Ended(step, answer, started);

        return answer;
    }

    private async Task<TargetAnswer> AnswerAsync(HttpRequestMessage request, Action<JsonElement>? read, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(Name);
            using var response = await client.SendAsync(request, cancellationToken);

            if (!response.IsSuccessStatusCode)
            {
                return await RefusalOfAsync(response, cancellationToken);
            }

            using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));

            if (read is not null)
            {
                read(body.RootElement);
                return TargetAnswer.Gone; // Nobody looks at it.
            }

            return TargetAnswer.Accepted(RemoteStudy.Read(body.RootElement, response.Headers.ETag?.ToString()));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && FailureOf(e) is { } failure)
        {
            return TargetAnswer.Failed(failure);
        }
    }

    private async Task<TargetAnswer> RefusalOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var words = $"{status} {TextOf(await response.Content.ReadAsStringAsync(cancellationToken))}".TrimEnd();

        switch (response.StatusCode)
        {
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                return TargetAnswer.Gone;
            case HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed:
                return TargetAnswer.Conflict;
            case HttpStatusCode.TooManyRequests:
                return TargetAnswer.Failed(new TargetFailure(Codes.StoreTooManyRequests, "The platform asks for fewer calls.", RetryAfterOf(response)));
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return TargetAnswer.Failed(new TargetFailure(
                    Codes.StoreServerError, $"The platform refuses the key (status {status}): look at Target:ApiKey and at what it may do.")
                {
                    IsOfStudy = response.StatusCode == HttpStatusCode.Forbidden, // A key may be good for some studies only.
                    Answer = words,
                });
            case HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError:
                return TargetAnswer.Failed(new TargetFailure(Codes.StoreServerError, $"The platform fails (status {status}).", RetryAfterOf(response))
                {
                    IsOfStudy = true,
                    Answer = words,
                });
            case < HttpStatusCode.BadRequest:
                return TargetAnswer.Failed(new TargetFailure(
                    Codes.StoreServerError, $"The platform answers with status {status}: look at Target:BaseUrl.") { IsOfStudy = true, Answer = words });
            default:
                return TargetAnswer.Refused(words);
        }
    }

    private static RemotePage PageOf(JsonElement body)
    {
        if (!body.TryGetProperty("studies", out var studies) || studies.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("The platform's answer is not a page of studies.");
        }

        var hasMore = body.TryGetProperty("hasMore", out var more) && more.ValueKind == JsonValueKind.True;
        var cursor = body.TryGetProperty("cursor", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;

        return new RemotePage([.. studies.EnumerateArray().Select(study => RemoteStudy.Read(study))], hasMore ? cursor : null);
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };

    /// <summary>The platform's own words: of a problem body its message and its faults, else the beginning of the body.</summary>
    private static string TextOf(string body)
    {
        var text = body;

        try
        {
            using var document = JsonDocument.Parse(body);
            var parts = new[] { "code", "message", "title", "detail", "error" }
                .Select(name => document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value)
                    && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
                .OfType<string>()
                .Distinct();
            var faults = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("errors", out var errors)
                ? errors.GetRawText() is "[]" or "null" ? "" : $" {errors.GetRawText()}"
                : "";
            text = string.Join(": ", parts) is { Length: > 0 } said ? said + faults : body;
        }
        catch (JsonException)
        {
            // A text, or a proxy's page.
        }

        return text.Length <= RefusalCharactersMax ? text : $"{text[..(RefusalCharactersMax - 1)]}…";
    }

    // Null: no failure of the surroundings, but of this program.
    private static TargetFailure? FailureOf(Exception failure) => failure switch
    {
        BrokenCircuitException => new TargetFailure(Codes.StoreNoAnswer, "The platform has failed again and again and is left alone for a while."),
        TimeoutRejectedException or TaskCanceledException => new TargetFailure(Codes.StoreNoAnswer, "The platform does not answer in time.") { IsOfStudy = true },
        RateLimiterRejectedException => new TargetFailure(Codes.StoreTooManyRequests, "More calls wait than Target:CallsPerSecondMax lets through."),
        JsonException or FormatException => new TargetFailure(
            Codes.StoreServerError, "The platform answers with something else than the study API: look at Target:BaseUrl.") { IsOfStudy = true },
        HttpRequestException or IOException => new TargetFailure(Codes.StoreNoAnswer, $"The platform cannot be reached ({SurroundingsFailure.Describe(failure)}).")
        {
            IsOfStudy = !NeverGotThere(failure),
        },
        _ => null,
    };

    private static bool NeverGotThere(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError,
    };
}

/// <summary>The study API of the platform. A failure of the surroundings is an answer; what throws is this program's fault.</summary>
internal interface ITargetClient
{
    Task<TargetAnswer> GetAsync(string studyId, CancellationToken cancellationToken);

    Task<TargetAnswer> GetByUidAsync(string studyInstanceUid, CancellationToken cancellationToken);

    /// <summary>Sends a writing call once; never again by itself.</summary>
    Task<TargetAnswer> SendAsync(TargetCall call, CancellationToken cancellationToken);

    /// <exception cref="TargetException">The page could not be read.</exception>
    Task<RemotePage> ListAsync(string? cursor, int limit, CancellationToken cancellationToken);
}

/// <summary>A page of the platform's list.</summary>
/// <param name="Cursor">For the next page; null on the last one.</param>
internal sealed record RemotePage(IReadOnlyList<RemoteStudy> Studies, string? Cursor);
