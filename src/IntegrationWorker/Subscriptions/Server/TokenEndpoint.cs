using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;

namespace IntegrationWorker.Subscriptions.Server;

/// <summary>Where a FHIR server gives out tokens, as it says itself.</summary>
/// <remarks>
/// SMART App Launch §2 (<c>.well-known/smart-configuration</c>, <c>token_endpoint</c>); servers older than that say it in their
/// CapabilityStatement, in the extension <c>oauth-uris</c> of <c>rest.security</c>.
/// </remarks>
internal static class TokenEndpoint
{
    private const string ConfigurationPath = ".well-known/smart-configuration";
    private const string StatementPath = "metadata";
    private const string OAuthUris = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";

    /// <param name="http">Its base address is that of the server.</param>
    /// <exception cref="FhirServerException">FHR-901: the server does not answer; FHR-902: it says nothing that can be used.</exception>
    public static async Task<Uri> FindAsync(HttpClient http, CancellationToken cancellationToken) =>
        Usable(await AskAsync(http, ConfigurationPath, "application/json", configuration => configuration.Text("token_endpoint"), cancellationToken), http)
        ?? Usable(await AskAsync(http, StatementPath, FhirClient.JsonType, InStatement, cancellationToken), http)
        ?? throw new FhirServerException(Codes.FhirTokenRefused);

    private static async Task<string?> AskAsync(
        HttpClient http, string path, string type, Func<JsonElement, string?> read, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Accept.ParseAdd(type);
        using var response = await http.SendAsync(request, cancellationToken);

        if ((int)response.StatusCode is StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests or >= 500 and not StatusCodes.Status501NotImplemented)
        {
            throw new FhirServerException(Codes.FhirServerDown);
        }

        // Whatever else it answers: it does not say it here.
        if (!response.IsSuccessStatusCode || !JsonBody.TryParse(JsonBody.WithoutMark(await response.Content.ReadAsByteArrayAsync(cancellationToken)), out var document))
        {
            return null;
        }

        using (document)
        {
            return read(document.RootElement);
        }
    }

    private static string? InStatement(JsonElement statement) =>
        statement.Member("rest").Items()
            .SelectMany(rest => rest.Member("security").Member("extension").Items())
            .Where(extension => extension.Text("url") == OAuthUris)
            .SelectMany(extension => extension.Member("extension").Items())
            .Where(part => part.Text("url") == "token")
            .Select(part => part.Text("valueUri"))
            .FirstOrDefault(uri => uri is not null);

    // A secret that is kept safe on its way to the server does not leave that way.
    private static Uri? Usable(string? address, HttpClient http) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && http.BaseAddress!.Scheme == Uri.UriSchemeHttp))
            ? url
            : null;
}
