using IntegrationWorker.Access;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.Queries;

internal static class QueryEndpoints
{
    public static void MapQueries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTags("Queries");

        group.MapGet("/messages", FindMessagesAsync)
            .RequireRole(AccessRole.Operator)
            .WithName("FindMessages")
            .WithSummary("Messages about a study or a patient, with a control id, or by source, outcome, code and time");
        group.MapGet("/timeline", TimelineAsync)
            .RequireRole(AccessRole.Operator)
            .WithName("GetTimeline")
            .WithSummary("All that happened about a study or a message, step by step: received, matched, decided, published, failed, replayed");
        group.MapGet("/messages/{**key}", GetMessageAsync)
            .RequireRole(AccessRole.Integrator)
            .WithName("GetMessage")
            .WithSummary("One message by its key, with all it did");
        group.MapGet("/studies/{studyId}/history", HistoryAsync)
            .RequireRole(AccessRole.Reader)
            .WithName("GetStudyHistory")
            .WithSummary("All that was done to a study, the oldest first");
        group.MapGet("/studies/{studyId}/explain", ExplainAsync)
            .RequireRole(AccessRole.Reader)
            .WithName("ExplainStudy")
            .WithSummary("Why a study is as it is: who set each field, from where in which message, and what was held back");
        group.MapGet("/events", EventsAsync)
            .RequireRole(AccessRole.Reader)
            .WithName("ReadEvents")
            .WithSummary("StudyUpdated events after a position");
    }

    private static async Task<Results<Ok<MessagePage>, ProblemHttpResult>> FindMessagesAsync(
        [AsParameters] MessageQuery query, MessageFinder finder, CancellationToken cancellationToken) =>
        query.Fault() is { } fault
            ? Problem.Malformed(fault)
            : TypedResults.Ok(await finder.FindAsync(query, cancellationToken));

    private static async Task<Results<Ok<Timeline>, ProblemHttpResult>> TimelineAsync(
        [AsParameters] MessageQuery query, TimelineTeller teller, CancellationToken cancellationToken) =>
        query.Fault() is { } fault
            ? Problem.Malformed(fault)
            : TypedResults.Ok(new Timeline(await teller.TellAsync(query, cancellationToken)));

    private static async Task<Results<Ok<MessageTimeline>, ProblemHttpResult>> GetMessageAsync(
        HttpContext context, MessageFinder finder, CancellationToken cancellationToken)
    {
        // As it was sent: parts of a key are percent-encoded themselves, and the route value is decoded.
        var key = RawKey(context);
        var found = await finder.FindAsync(key, cancellationToken) ?? await finder.FindAsync(Uri.UnescapeDataString(key), cancellationToken);

        return found is null ? Problem.NotFound("There is no message with this key.") : TypedResults.Ok(found);
    }

    private static string RawKey(HttpContext context)
    {
        const string before = "/v1/messages/";
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?')[0];
        var start = path.IndexOf(before, StringComparison.OrdinalIgnoreCase);

        return start < 0 ? "" : path[(start + before.Length)..];
    }

    private static async Task<Results<Ok<HistoryPage>, ProblemHttpResult>> HistoryAsync(
        string studyId, IStudyReader reader, CancellationToken cancellationToken)
    {
        if (await reader.FindByIdAsync(studyId, cancellationToken) is null)
        {
            return Problem.NotFound("There is no such study.");
        }

        var history = await reader.HistoryAsync(studyId, cancellationToken);

        return TypedResults.Ok(new HistoryPage(studyId, [.. history.Select(HistoryView.Of)]));
    }

    private static async Task<Results<Ok<StudyExplanation>, ProblemHttpResult>> ExplainAsync(
        string studyId, StudyExplainer explainer, CancellationToken cancellationToken, string? field = null) =>
        await explainer.ExplainAsync(studyId, field, cancellationToken) is { } explanation
            ? TypedResults.Ok(explanation)
            : Problem.NotFound("There is no such study.");

    private static async Task<Results<Ok<EventPage>, ProblemHttpResult>> EventsAsync(
        EventFeed feed, CancellationToken cancellationToken, long after = 0, int limit = EventFeed.LimitUsual)
    {
        if (after < 0 || limit is < 1 or > EventFeed.LimitMax)
        {
            return Problem.Malformed($"after is a position from 0, limit a number from 1 to {EventFeed.LimitMax}.");
        }

        return TypedResults.Ok(await feed.ReadAsync(after, limit, cancellationToken));
    }
}

internal sealed record Timeline(IReadOnlyList<TimelineStep> Steps);

internal sealed record HistoryPage(string StudyId, IReadOnlyList<HistoryView> History);
