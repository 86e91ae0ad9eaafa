using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.DeadLetters;

internal static class DeadLetterEndpoints
{
    private const string Http = "http";

    public static void MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/dead-letters").WithTags("Dead letters");

        group.MapGet("/", ListAsync)
            .WithName("ListDeadLetters")
            .WithSummary("Dead letters, the latest first");
        group.MapGet("/{id}", ShowAsync)
            .WithName("ShowDeadLetter")
            .WithSummary("One dead letter with its body");
        group.MapPost("/{id}/replay", ReplayAsync)
            .WithName("ReplayDeadLetter")
            .WithSummary("Send one dead letter through the front door again");
        group.MapPost("/{id}/discard", DiscardAsync)
            .WithName("DiscardDeadLetter")
            .WithSummary("Close one dead letter without applying it");
    }

    private static async Task<Results<Ok<DeadLetterPage>, ProblemHttpResult>> ListAsync(
        DeadLetterDesk desk,
        CancellationToken cancellationToken,
        string? status = null,
        string? code = null,
        string? sourceId = null,
        string? messageKey = null,
        string? after = null,
        int limit = DeadLetterDesk.LimitUsual) =>
        limit is < 1 or > DeadLetterDesk.LimitMax
            ? Problem.Malformed($"limit is a number from 1 to {DeadLetterDesk.LimitMax}.")
            : TypedResults.Ok(new DeadLetterPage(
                await desk.ListAsync(new DeadLetterFilter(status, code, sourceId, messageKey), limit, after, cancellationToken)));

    private static async Task<Results<Ok<DeadLetterDetail>, ProblemHttpResult>> ShowAsync(
        string id, DeadLetterDesk desk, CancellationToken cancellationToken) =>
        await desk.ShowAsync(id, cancellationToken) is { } letter ? TypedResults.Ok(letter) : Unknown();

    private static async Task<Results<Ok<ReplayReceipt>, ProblemHttpResult>> ReplayAsync(
        string id, DeadLetterDesk desk, Batcher batcher, CancellationToken cancellationToken, string why = "") =>
        await desk.ReplayAsync(id, Http, why, batcher.DecideAsync, cancellationToken) is { } receipt ? TypedResults.Ok(receipt) : Unknown();

    private static async Task<Results<NoContent, ProblemHttpResult>> DiscardAsync(
        string id, DeadLetterDesk desk, CancellationToken cancellationToken, string why = "")
    {
        if (await desk.DiscardAsync(id, why, cancellationToken))
        {
            return TypedResults.NoContent();
        }

        return await desk.ShowAsync(id, cancellationToken) is null ? Unknown() : Problem.Conflict("closed", "The dead letter is closed already.");
    }

    private static ProblemHttpResult Unknown() => Problem.NotFound("There is no such dead letter.");
}

internal sealed record DeadLetterPage(IReadOnlyList<DeadLetterView> DeadLetters);
