using IntegrationWorker.Access;
using IntegrationWorker.Hosting.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.Subscriptions;

internal static class SubscriptionEndpoints
{
    public static void MapSubscriptions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/subscriptions").WithTags("Subscriptions").RequireRole(AccessRole.Reader);

        group.MapGet("", ListAsync)
            .WithName("ListSubscriptions")
            .WithSummary("How far each FHIR subscription was followed, and what waits to be read from its server");
        group.MapGet("/{id}/gaps", GapsAsync)
            .WithName("ListGaps")
            .WithSummary("Events of a subscription that were missing, and how they were made good");
    }

    private static async Task<Ok<SubscriptionPage>> ListAsync(SubscriptionDesk desk, CancellationToken cancellationToken, string? source = null) =>
        TypedResults.Ok(await desk.ListAsync(source, cancellationToken));

    private static async Task<Results<Ok<GapPage>, ProblemHttpResult>> GapsAsync(
        string id, SubscriptionDesk desk, CancellationToken cancellationToken, string? source = null) =>
        await desk.GapsAsync(id, source, cancellationToken) is { } gaps
            ? TypedResults.Ok(gaps)
            : Problem.NotFound("Nothing was ever heard of such a subscription.");
}
