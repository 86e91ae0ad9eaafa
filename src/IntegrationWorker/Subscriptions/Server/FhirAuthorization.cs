using System.Net;
using System.Net.Http.Headers;

namespace IntegrationWorker.Subscriptions.Server;

/// <summary>Shows the token with each request, and renews it once when the server does not take it.</summary>
internal sealed class FhirAuthorization(FhirTokens tokens) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(refused: null, cancellationToken);
        var response = await SendAsync(request, token, cancellationToken);

        if (response.StatusCode != HttpStatusCode.Unauthorized || token is null || await tokens.GetAsync(token, cancellationToken) is not { } renewed || renewed == token)
        {
            return response;
        }

        response.Dispose();
        return await SendAsync(request, renewed, cancellationToken);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? token, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return base.SendAsync(request, cancellationToken);
    }
}
