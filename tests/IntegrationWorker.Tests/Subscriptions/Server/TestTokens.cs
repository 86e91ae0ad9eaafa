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

    public bool AreWanted { get; set; }

    /// <summary>Client and secret of RFC 6749; null: by a signed JWT.</summary>
    public (string Id, string Secret)? Client { get; set; }

    /// <summary>The public key of SMART backend services.</summary>
    public SecurityKey? ClientKey { get; set; }

    public int Given => _given;

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
