using System.Net.Http.Headers;
using IntegrationWorker.Contracts;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace IntegrationWorker.Subscriptions.Server;

/// <summary>Asks one FHIR server. What it answers is kept as it was sent: a message has to be what its sender said.</summary>
internal sealed class FhirClient(HttpClient http, TimeProvider time)
{
    public const string JsonType = "application/fhir+json";

    /// <param name="path">Below the base address.</param>
    /// <exception cref="FhirServerException">The server does not answer, has no time, or does not know us.</exception>
    public Task<FhirAnswer> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.RelativeOrAbsolute)), cancellationToken);

    public Task<FhirAnswer> PostAsync(string path, byte[] resource, CancellationToken cancellationToken) => SendAsync(
        () =>
        {
            var content = new ByteArrayContent(resource);
            content.Headers.ContentType = new MediaTypeHeaderValue(JsonType);
            return new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };
        },
        cancellationToken);

    private async Task<FhirAnswer> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        try
        {
            using var request = make();
            request.Headers.Accept.ParseAdd(JsonType);
            using var response = await http.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;

            if (CodeOf(status) is { } code)
            {
                throw new FhirServerException(code, RetryAfterOf(response));
            }

            return new FhirAnswer(status, await response.Content.ReadAsByteArrayAsync(cancellationToken), response.Headers.Date);
        }
        catch (Exception e) when (IsOfTheWay(e) && !cancellationToken.IsCancellationRequested)
        {
            throw new FhirServerException(Codes.FhirServerDown, null, e);
        }
    }

    private static string? CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Codes.FhirTokenRefused,
        StatusCodes.Status501NotImplemented => null, // It will not be otherwise later.
        StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests or >= 500 => Codes.FhirServerDown,
        _ => null,
    };

    /// <summary>The request did not come through, or its answer did not.</summary>
    internal static bool IsOfTheWay(Exception failure) =>
        failure is HttpRequestException or IOException or OperationCanceledException or TimeoutRejectedException or BrokenCircuitException;

    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        return header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
    }
}
