using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Hosting.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.Access;

/// <summary>
/// Lets a request to its endpoint when the key of <c>Authorization: Bearer</c> has the role that the endpoint wants. Before there is any key, a
/// program on this machine needs none.
/// </summary>
/// <remarks>
/// In the place of the framework's schemes and policies: with one scheme and four roles in a row they find out the same, at a price that each request
/// pays. docs/adr/0030.
/// </remarks>
internal sealed class AccessGuard(ApiKeyCache keys, ApiKeyUses uses, StoreGate gate, TimeProvider time)
{
    private const string Bearer = "Bearer ";

    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        // Health asks for no key, and must be answered while the database is away.
        if (context.GetEndpoint() is not { } endpoint || RequiredRole.Of(endpoint.Metadata) is not { } wanted)
        {
            return next(context);
        }

        // Mostly the key is known, and nothing is waited for.
        var finding = gate.IsOpen ? FindAsync(context) : default;

        return finding.IsCompletedSuccessfully ? GoOnAsync(context, finding.Result, wanted, next) : WaitAsync(context, finding, wanted, next);
    }

    private async Task WaitAsync(HttpContext context, ValueTask<Caller?> finding, AccessRole wanted, RequestDelegate next) =>
        await GoOnAsync(context, await finding, wanted, next);

    private Task GoOnAsync(HttpContext context, Caller? caller, AccessRole wanted, RequestDelegate next)
    {
        if (caller is null)
        {
            return Unknown(context).ExecuteAsync(context);
        }

        context.Features.Set(caller);

        return caller.Role >= wanted ? next(context) : TooLow(caller, wanted).ExecuteAsync(context);
    }

    private async ValueTask<Caller?> FindAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization is not [{ Length: > 0 } header, ..])
        {
            return !await keys.HasAnyAsync(context.RequestAborted) && LoopbackRule.IsLocal(context) ? Caller.Local : null;
        }

        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || !ApiKeyToken.TryParse(header.AsSpan(Bearer.Length).Trim(), out var token)
            || await keys.FindAsync(token.Id, context.RequestAborted) is not { Key: { } key } caller
            || !token.Fits(key) || !key.IsValidAt(time.GetUtcNow()))
        {
            return null;
        }

        uses.Note(key.Id);
        return caller;
    }

    private ProblemHttpResult Unknown(HttpContext context)
    {
        if (!gate.IsOpen)
        {
            return Problem.Unavailable(Codes.DatabaseDown, "The state database does not answer. Try again later.");
        }

        var wasGiven = context.Request.Headers.Authorization.Count > 0;
        context.Response.Headers.WWWAuthenticate = wasGiven ? "Bearer error=\"invalid_token\"" : "Bearer";

        return Problem.Of(
            StatusCodes.Status401Unauthorized,
            Codes.UnknownSource,
            wasGiven ? "The API key is unknown, revoked or expired." : "An API key is needed: Authorization: Bearer KEY.");
    }

    private static ProblemHttpResult TooLow(Caller caller, AccessRole wanted) => Problem.Of(
        StatusCodes.Status403Forbidden, Codes.NotPermitted, $"This needs the role {wanted.ToText()}; the key has the role {caller.Role.ToText()}.");
}
