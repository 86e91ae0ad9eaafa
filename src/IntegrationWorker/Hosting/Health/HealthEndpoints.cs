namespace IntegrationWorker.Hosting.Health;

internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/health").WithTags("Health");

        group.MapGet("/live", () => TypedResults.Ok(new HealthAnswer("live", [])))
            .WithName("Live")
            .WithSummary("The process runs");

        group.MapGet("/ready", ReadyAsync)
            .Produces<HealthAnswer>()
            .Produces<HealthAnswer>(StatusCodes.Status503ServiceUnavailable)
            .WithName("Ready")
            .WithSummary("Store and broker work; 503 with the reasons while one of them does not");
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, CancellationToken cancellationToken)
    {
        var reasons = await readiness.CheckAsync(cancellationToken);

        return reasons.Count == 0
            ? TypedResults.Ok(new HealthAnswer("ready", []))
            : TypedResults.Json(new HealthAnswer("unready", reasons), statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}

internal sealed record HealthAnswer(string Status, IReadOnlyList<Unreadiness> Reasons);
