using System.Text.Json.Serialization;
using IntegrationWorker.Hosting.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.Access;

internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/keys").WithTags("Keys").RequireRole(AccessRole.Admin);

        group.MapPost("/", CreateAsync)
            .WithName("CreateKey")
            .WithSummary("A new key; its text is in this answer and never shown again");
        group.MapGet("/", ListAsync)
            .WithName("ListKeys")
            .WithSummary("All keys, revoked and expired ones too");
        group.MapPost("/{id:guid}/revoke", RevokeAsync)
            .WithName("RevokeKey")
            .WithSummary("End a key. Other workers refuse it a few seconds later");
    }

    private static async Task<Results<Created<CreatedApiKey>, ProblemHttpResult>> CreateAsync(
        ApiKeyRequest request, HttpContext context, ApiKeyDesk desk, TimeProvider time, CancellationToken cancellationToken)
    {
        var faults = request.Faults(time.GetUtcNow()).ToList();

        if (faults.Count > 0)
        {
            return Problem.Of(StatusCodes.Status422UnprocessableEntity, faults[0].Code, faults[0].Text, faults);
        }

        var created = await desk.CreateAsync(
            request.Name!.Trim(), AccessRoles.Parse(request.Role!), request.ExpiresAt, Caller.Of(context).SourceId, onlyFirst: false, cancellationToken);

        return TypedResults.Created($"/v1/keys/{created!.Id}", created);
    }

    private static async Task<Ok<ApiKeyPage>> ListAsync(ApiKeyDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ApiKeyPage(await desk.ListAsync(cancellationToken)));

    private static async Task<Results<Ok<ApiKeyView>, ProblemHttpResult>> RevokeAsync(
        Guid id, HttpContext context, ApiKeyDesk desk, CancellationToken cancellationToken) =>
        await desk.RevokeAsync(id, Caller.Of(context).SourceId, cancellationToken) is { } key
            ? TypedResults.Ok(key)
            : Problem.NotFound("There is no such key.");
}

/// <summary>A key to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ApiKeyRequest
{
    /// <summary>What it is for; 1 to 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary><c>reader</c>, <c>integrator</c>, <c>operator</c> or <c>admin</c>.</summary>
    public string? Role { get; init; }

    /// <summary>RFC 3339; null: it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public IEnumerable<ProblemError> Faults(DateTimeOffset now)
    {
        if (Name?.Trim() is not { Length: > 0 and <= ApiKeyDesk.NameLengthMax })
        {
            yield return new ProblemError("/name", Contracts.Codes.MemberInvalid, $"Write what the key is for, in 1 to {ApiKeyDesk.NameLengthMax} characters.");
        }

        if (Role is null || !AccessRoles.All.Contains(Role))
        {
            yield return new ProblemError("/role", Contracts.Codes.MemberInvalid, $"Write one of {string.Join(", ", AccessRoles.All)}.");
        }

        if (ExpiresAt <= now)
        {
            yield return new ProblemError("/expiresAt", Contracts.Codes.MemberInvalid, "Write a time that lies ahead, or leave it out.");
        }
    }
}

internal sealed record ApiKeyPage(IReadOnlyList<ApiKeyView> Keys);
