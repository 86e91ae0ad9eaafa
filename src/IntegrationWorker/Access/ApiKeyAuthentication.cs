using System.Text.Encodings.Web;
using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Hosting.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace IntegrationWorker.Access;

/// <summary>Finds out who calls: by the key of <c>Authorization: Bearer</c>. Before there is any key, a program on this machine needs none.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    ApiKeyCache keys, ApiKeyUses uses, StoreGate gate)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "ApiKey";

    private const string Bearer = "Bearer ";

    private static readonly AuthenticateResult _refused = AuthenticateResult.Fail("The key is not valid.");

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Health asks for no key, and must be answered while the database is away.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is null || !gate.IsOpen)
        {
            return AuthenticateResult.NoResult();
        }

        if (Request.Headers.Authorization is not [{ Length: > 0 } header, ..])
        {
            return !await keys.HasAnyAsync(Context.RequestAborted) && LoopbackRule.IsLocal(Context) ? Success(Caller.Local) : AuthenticateResult.NoResult();
        }

        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || !ApiKeyToken.TryParse(header.AsSpan(Bearer.Length).Trim(), out var token)
            || await keys.FindAsync(token.Id, Context.RequestAborted) is not { Key: { } key } caller
            || !token.Fits(key) || !key.IsValidAt(TimeProvider.GetUtcNow()))
        {
            return _refused;
        }

        uses.Note(key.Id);
        return Success(caller);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (!gate.IsOpen)
        {
            await Problem.Unavailable(Codes.DatabaseDown, "The state database does not answer. Try again later.").ExecuteAsync(Context);
            return;
        }

        var wasGiven = Request.Headers.Authorization.Count > 0;
        Response.Headers.Append(HeaderNames.WWWAuthenticate, wasGiven ? "Bearer error=\"invalid_token\"" : "Bearer");
        await Problem.Of(
            StatusCodes.Status401Unauthorized,
            Codes.UnknownSource,
            wasGiven ? "The API key is unknown, revoked or expired." : "An API key is needed: Authorization: Bearer KEY.").ExecuteAsync(Context);
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var needed = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => AccessRoles.Parse(data.Policy ?? "")).Max().ToText();
        await Problem.Of(
            StatusCodes.Status403Forbidden,
            Codes.NotPermitted,
            $"This needs the role {needed}; the key has the role {Caller.Of(Context).Role.ToText()}.").ExecuteAsync(Context);
    }

    private AuthenticateResult Success(Caller caller)
    {
        Context.Features.Set(caller);
        return AuthenticateResult.Success(new AuthenticationTicket(caller.Principal, Scheme));
    }
}
