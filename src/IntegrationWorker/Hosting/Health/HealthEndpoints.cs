using IntegrationWorker.Access;
using IntegrationWorker.DeadLetters.Holds;

namespace IntegrationWorker.Hosting.Health;

internal static class HealthEndpoints
{
    private const string NoKeys = "There is no API key: programs on this machine need none, all others are refused.";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/health").WithTags("Health");

        group.MapGet("/live", () => TypedResults.Ok(new HealthAnswer("live", [], [])))
            .WithName("Live")
            .WithSummary("The process runs");

        group.MapGet("/ready", ReadyAsync)
            .Produces<HealthAnswer>()
            .Produces<HealthAnswer>(StatusCodes.Status503ServiceUnavailable)
            .WithName("Ready")
            .WithSummary("Store and broker work; 503 with the reasons while one of them does not");
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, ApiKeyCache keys, HoldWatch holds, CancellationToken cancellationToken)
    {
        var reasons = await readiness.CheckAsync(cancellationToken);
        var hasKeys = reasons.Count > 0 || await keys.HasAnyAsync(cancellationToken);
        IReadOnlyList<string> notes = [.. hasKeys ? (string[])[] : [NoKeys], .. holds.Note is { } note ? [note] : (string[])[]];

        return reasons.Count == 0
            ? TypedResults.Ok(new HealthAnswer("ready", [], notes))
            : TypedResults.Json(new HealthAnswer("unready", reasons, notes), statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}

/// <param name="Notes">What works and should not stay so.</param>
internal sealed record HealthAnswer(string Status, IReadOnlyList<Unreadiness> Reasons, IReadOnlyList<string> Notes);
