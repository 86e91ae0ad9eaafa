using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using IntegrationWorker.DeadLetters.Filters;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.DeadLetters.Replays;

internal static class ReplayEndpoints
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(500);

    /// <param name="letters">The group <c>/v1/dead-letters</c>, whose policies hold here too.</param>
    public static void MapReplays(this IEndpointRouteBuilder letters)
    {
        var group = letters.MapGroup("/replays");

        group.MapPost("/", CreateAsync)
            .Produces<ReplayJobView>(StatusCodes.Status201Created)
            .Produces<ReplayForecast>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("CreateReplayJob")
            .WithSummary("Replay a selection, a group or all of a filter: one, then ten, then the rest at a rate; dryRun only says what would come of it");
        group.MapGet("/", ListAsync)
            .WithName("ListReplayJobs")
            .WithSummary("Replay jobs, the latest first");
        group.MapGet("/{id}", ShowAsync)
            .WithName("ShowReplayJob")
            .WithSummary("One replay job with its counts");
        group.MapGet("/{id}/items", ItemsAsync)
            .WithName("ListReplayItems")
            .WithSummary("The dead letters of a replay job with their receipts");
        group.MapGet("/{id}/events", EventsAsync)
            .WithName("WatchReplayJob")
            .WithSummary("The progress of a replay job as server-sent events, until it is over or halted");
        group.MapPost("/{id}/pause", PauseAsync)
            .WithName("PauseReplayJob")
            .WithSummary("Halt a running replay job");
        group.MapPost("/{id}/resume", ResumeAsync)
            .WithName("ResumeReplayJob")
            .WithSummary("Let a replay job go on that was paused or has stopped itself");
        group.MapPost("/{id}/cancel", CancelAsync)
            .WithName("CancelReplayJob")
            .WithSummary("Give a replay job up; what was not replayed is open again");
    }

    private static async Task<IResult> CreateAsync(
        ReplayRequest asked, HttpContext context, ReplayDesk desk, FilterDesk filters, CancellationToken cancellationToken)
    {
        if (asked.Fault() is { } fault)
        {
            return Problem.Malformed(fault);
        }

        if (await filters.ApplyAsync(asked, cancellationToken) is not { } request)
        {
            return FilterEndpoints.Unknown();
        }

        if (request.DryRun)
        {
            return await desk.ForecastAsync(request, cancellationToken) is { } forecast ? TypedResults.Ok(forecast) : UnknownGroup();
        }

        return await desk.CreateAsync(request, Actor.Of(context), holder: null, cancellationToken) is { } job
            ? TypedResults.Created($"/v1/dead-letters/replays/{job.Id}", ReplayJobView.Of(job, null))
            : UnknownGroup();
    }

    private static async Task<Ok<ReplayJobPage>> ListAsync(ReplayDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ReplayJobPage(await desk.ListAsync(cancellationToken)));

    private static async Task<Results<Ok<ReplayJobView>, ProblemHttpResult>> ShowAsync(
        string id, ReplayDesk desk, CancellationToken cancellationToken) =>
        await desk.ShowAsync(id, cancellationToken) is { } job ? TypedResults.Ok(job) : Unknown();

    private static async Task<Results<Ok<ReplayItemPage>, ProblemHttpResult>> ItemsAsync(
        string id, ReplayDesk desk, CancellationToken cancellationToken, long after = 0, int limit = 100)
    {
        if (limit is < 1 or > ReplayDesk.ItemsMax)
        {
            return Problem.Malformed($"limit is a number from 1 to {ReplayDesk.ItemsMax}.");
        }

        return await desk.ShowAsync(id, cancellationToken) is null
            ? Unknown()
            : TypedResults.Ok(new ReplayItemPage(await desk.ItemsAsync(id, after, limit, cancellationToken)));
    }

    private static async Task<Results<ServerSentEventsResult<ReplayJobView>, ProblemHttpResult>> EventsAsync(
        string id, ReplayDesk desk, TimeProvider time, CancellationToken cancellationToken) =>
        await desk.ShowAsync(id, cancellationToken) is null
            ? Unknown()
            : TypedResults.ServerSentEvents(WatchAsync(id, desk, time, cancellationToken));

    private static async IAsyncEnumerable<SseItem<ReplayJobView>> WatchAsync(
        string id, ReplayDesk desk, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await desk.ShowAsync(id, cancellationToken) is { } job)
        {
            yield return new SseItem<ReplayJobView>(job, "progress");

            if (job.State != ReplayJobState.Running)
            {
                yield break;
            }

            await Task.Delay(_lookEvery, time, cancellationToken);
        }
    }

    private static async Task<Results<Ok<ReplayJobView>, ProblemHttpResult>> PauseAsync(
        string id, HttpContext context, ReplayDesk desk, CancellationToken cancellationToken) =>
        await AnswerAsync(await desk.PauseAsync(id, Actor.Of(context), cancellationToken), id, desk, cancellationToken);

    private static async Task<Results<Ok<ReplayJobView>, ProblemHttpResult>> ResumeAsync(
        string id, ReplayDesk desk, CancellationToken cancellationToken) =>
        await AnswerAsync(await desk.ResumeAsync(id, cancellationToken), id, desk, cancellationToken);

    private static async Task<Results<Ok<ReplayJobView>, ProblemHttpResult>> CancelAsync(
        string id, HttpContext context, ReplayDesk desk, CancellationToken cancellationToken) =>
        await AnswerAsync(await desk.CancelAsync(id, Actor.Of(context), cancellationToken), id, desk, cancellationToken);

    private static async Task<Results<Ok<ReplayJobView>, ProblemHttpResult>> AnswerAsync(
        bool isDone, string id, ReplayDesk desk, CancellationToken cancellationToken)
    {
        if (await desk.ShowAsync(id, cancellationToken) is not { } job)
        {
            return Unknown();
        }

        return isDone ? TypedResults.Ok(job) : Problem.Conflict(job.State, $"The job is {job.State}.");
    }

    private static ProblemHttpResult Unknown() => Problem.NotFound("There is no such replay job.");

    private static ProblemHttpResult UnknownGroup() => Problem.NotFound("There is no such group.");
}

internal sealed record ReplayJobPage(IReadOnlyList<ReplayJobView> Replays);

internal sealed record ReplayItemPage(IReadOnlyList<ReplayItemView> Items);
