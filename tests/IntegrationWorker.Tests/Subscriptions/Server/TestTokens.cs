using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace IntegrationWorker.Tests.Subscriptions.Server;

/// <summary>Who may use the test server: nobody has to say who it is unless a test wants so.</summary>
internal sealed class TestTokens
{
    private readonly ConcurrentDictionary<string, bool> _good = new(StringComparer.Ordinal);

    private int _given;
    private int _asked;

    public bool AreWanted { get; set; }

    /// <summary>Client and secret of RFC 6749; null: by a signed JWT.</summary>
    public (string Id, string Secret)? Client { get; set; }

    /// <summary>The public key of SMART backend services.</summary>
    public SecurityKey? ClientKey { get; set; }

    public int Given => _given;

    /// <summary>Where the server says that it gives out tokens: <c>smart-configuration</c>, <c>metadata</c>, or nowhere.</summary>
    public string? IsSaidIn { get; set; }

    /// <summary>How often it was asked where.</summary>
    public int Asked => _asked;

    public bool IsGood(HttpRequest request) =>
        !AreWanted || (request.Headers.Authorization.ToString() is var shown && shown.StartsWith("Bearer ", StringComparison.Ordinal) && _good.ContainsKey(shown["Bearer ".Length..]));

    public void Add(string token) => _good[token] = true;

    /// <summary>No token given so far is good any longer.</summary>
    public void Expire() => _good.Clear();

    public async Task<IResult> GiveAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var isKnown = form["grant_type"] == "client_credentials" && (Client is { } client ? IsClient(request, client) : await IsSignedAsync(request, form));

        if (!isKnown)
        {
            return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        }

        var token = $"token-{Interlocked.Increment(ref _given)}";
        Add(token);
        return Results.Json(new { access_token = token, token_type = "bearer", expires_in = 300, scope = form["scope"].ToString() });
    }

    public IResult Configuration(HttpRequest request)
    {
        Interlocked.Increment(ref _asked);
        return IsSaidIn == "smart-configuration"
            ? Results.Json(new { grant_types_supported = new[] { "client_credentials" }, token_endpoint = AddressIn(request) })
            : Results.NotFound();
    }

    public IResult Statement(HttpRequest request)
    {
        Interlocked.Increment(ref _asked);
        object[] uris = IsSaidIn == "metadata"
            ? [new { url = "authorize", valueUri = "https://fhir.example.org/authorize" }, new { url = "token", valueUri = AddressIn(request) }]
            : [];

        return Results.Json(
            new
            {
                resourceType = "CapabilityStatement",
                rest = new[]
                {
                    new { security = new { extension = new[] { new { url = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", extension = uris } } } },
                },
            },
            contentType: "application/fhir+json");
    }

    private static string AddressIn(HttpRequest request) => $"http://{request.Host}/token";

    private static bool IsClient(HttpRequest request, (string Id, string Secret) client) =>
        request.Headers.Authorization == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.Id}:{client.Secret}"))}";

    private async Task<bool> IsSignedAsync(HttpRequest request, IFormCollection form)
    {
        var checkedToken = await new JsonWebTokenHandler().ValidateTokenAsync(form["client_assertion"].ToString(), new TokenValidationParameters
        {
            ValidIssuer = "invented-client",
            ValidAudience = $"http://{request.Host}/token",
            IssuerSigningKey = ClientKey,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha384, SecurityAlgorithms.EcdsaSha384],
        });

        return checkedToken.IsValid
            && form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            && checkedToken.Claims.ContainsKey("jti") && Equals(checkedToken.Claims["sub"], "invented-client");
    }
}
