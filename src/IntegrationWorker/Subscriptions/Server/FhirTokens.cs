using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;

namespace IntegrationWorker.Subscriptions.Server;

/// <summary>The token for one FHIR server: asked for when it is needed, kept until shortly before it ends.</summary>
internal sealed class FhirTokens(FhirAuth auth, Func<HttpClient> http, TimeProvider time) : IDisposable
{
    private const int UsualSeconds = 300;

    private static readonly TimeSpan _early = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private string? _token;
    private DateTimeOffset _until;

    // Kept while tokens are given out there.
    private Uri? _found;

    /// <summary>Null where none is wanted.</summary>
    /// <param name="refused">A token that the server does not take any more.</param>
    /// <exception cref="FhirServerException">There is none to be had.</exception>
    public async Task<string?> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        if (auth.Kind is FhirAuthKind.None or FhirAuthKind.Bearer)
        {
            return auth.Token;
        }

        await _asking.WaitAsync(cancellationToken);

        try
        {
            if (_token is null || _token == refused || time.GetUtcNow() >= _until)
            {
                await AskAsync(cancellationToken);
            }

            return _token;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = http();
            var endpoint = auth.TokenUrl ?? _found ?? await TokenEndpoint.FindAsync(client, cancellationToken);
            _found = null;
            using var request = Request(endpoint);
            using var response = await client.SendAsync(request, cancellationToken);

            if ((int)response.StatusCode is >= 400 and < 500 and not (StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests))
            {
                throw new FhirServerException(Codes.FhirTokenRefused);
            }

            response.EnsureSuccessStatusCode();
            Take(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            _found = endpoint;
        }
        catch (Exception e) when ((e is JsonException || FhirClient.IsOfTheWay(e)) && !cancellationToken.IsCancellationRequested)
        {
            throw new FhirServerException(Codes.FhirServerDown, null, e);
        }
    }

    private HttpRequestMessage Request(Uri endpoint)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };

        if (auth.Scope is { } scope)
        {
            form["scope"] = scope;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, endpoint);

        if (auth.Kind == FhirAuthKind.SmartBackend)
        {
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            form["client_assertion"] = ClientAssertion.Write(auth, endpoint, time.GetUtcNow());
        }
        else
        {
            // RFC 6749 §2.3.1: both are form-encoded before they are joined.
            var pair = $"{Uri.EscapeDataString(auth.ClientId!)}:{Uri.EscapeDataString(auth.ClientSecret!)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }

        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    private void Take(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
        var token = document.RootElement.Text("access_token") ?? throw new FhirServerException(Codes.FhirTokenRefused);
        var lasts = TimeSpan.FromSeconds(
            document.RootElement.Member("expires_in") is { ValueKind: JsonValueKind.Number } seconds && seconds.TryGetInt32(out var number) ? number : UsualSeconds);

        _until = time.GetUtcNow() + (lasts > 2 * _early ? lasts - _early : lasts / 2);
        _token = token;
    }
}
