using IntegrationWorker.Access;
using IntegrationWorker.DeadLetters.Editing;
using IntegrationWorker.DeadLetters.Exchange;
using IntegrationWorker.DeadLetters.Filters;
using IntegrationWorker.DeadLetters.Replays;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.DeadLetters;

internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/dead-letters").WithTags("Dead letters").RequireRole(AccessRole.Operator);

        group.MapGet("/", ListAsync)
            .WithName("ListDeadLetters")
            .WithSummary("Dead letters, the latest first");
        group.MapGet("/groups", GroupsAsync)
            .WithName("ListDeadLetterGroups")
            .WithSummary("Dead letters that failed alike, counted, with who must act and what to do");
        group.MapGet("/{id}", ShowAsync)
            .WithName("ShowDeadLetter")
            .WithSummary("One dead letter with its body; that it was looked at is recorded");
        group.MapPost("/{id}/replay", ReplayAsync)
            .WithName("ReplayDeadLetter")
            .WithSummary("Send one dead letter through the front door again");
        group.MapPost("/{id}/discard", DiscardAsync)
            .WithName("DiscardDeadLetter")
            .WithSummary("Close one dead letter without applying it; a reason is needed");
        group.MapPost("/{id}/restore", RestoreAsync)
            .WithName("RestoreDeadLetter")
            .WithSummary("Open one dead letter again that was discarded or superseded");
        group.MapPost("/{id}/skip", SkipAsync)
            .WithName("SkipDeadLetter")
            .WithSummary("Let the messages go on that wait behind one dead letter, which stays open; a reason is needed");
        group.MapGet("/{id}/preview", PreviewAsync)
            .Produces<EditAnswer>()
            .WithName("PreviewDeadLetter")
            .WithSummary("What a replay of one dead letter, or of an edit of it, would do now; writes nothing but who has looked");
        group.MapPut("/{id}/body", EditAsync)
            .Produces<EditAnswer>()
            .WithName("EditDeadLetter")
            .WithSummary("Keep an edit of the message, with what it changed and would do; it is replayed once it is approved");
        group.MapPost("/{id}/approve", ApproveAsync)
            .Produces<EditAnswer>()
            .WithName("ApproveDeadLetterEdit")
            .WithSummary("Approve the edit that waits: a replay takes it from then on");
        group.MapPost("/export", ExportAsync)
            .Produces(StatusCodes.Status200OK, contentType: "application/json")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("ExportDeadLetters")
            .WithSummary("Dead letters as a file, plain or de-identified; that they were taken along is recorded");
        group.MapPost("/import", ImportAsync)
            .Produces<ImportResult>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithName("ImportDeadLetters")
            .WithSummary("Add the dead letters of such a file; those that are there already stay as they are");
        group.MapReplays();
        group.MapFilters();
    }

    private static async Task<Results<Ok<DeadLetterPage>, ProblemHttpResult>> ListAsync(
        DeadLetterDesk desk,
        CauseGroups groups,
        FilterDesk filters,
        CancellationToken cancellationToken,
        string? filter = null,
        string? status = null,
        string? code = null,
        string? sourceId = null,
        string? messageKey = null,
        string? group = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        bool held = false,
        string? after = null,
        int limit = DeadLetterDesk.LimitUsual)
    {
        if (limit is < 1 or > DeadLetterDesk.LimitMax)
        {
            return Problem.Malformed($"limit is a number from 1 to {DeadLetterDesk.LimitMax}.");
        }

        SavedFilter? saved = null;

        if (filter is not null && (saved = await filters.FindAsync(filter, cancellationToken)) is null)
        {
            return FilterEndpoints.Unknown();
        }

        CauseKey? cause = null;

        if ((group ?? saved?.Group) is { } groupId && (cause = await groups.FindAsync(groupId, cancellationToken)) is null)
        {
            return Problem.NotFound("There is no such group.");
        }

        // What is said here goes before what is saved.
        var which = new DeadLetterFilter(status, code ?? saved?.Code, sourceId ?? saved?.SourceId, messageKey)
        {
            Group = cause,
            From = from ?? saved?.From,
            Until = until ?? saved?.Until,
            IsHolding = held,
        };

        return TypedResults.Ok(new DeadLetterPage(await desk.ListAsync(which, limit, after, cancellationToken)));
    }

    private static async Task<Ok<GroupPage>> GroupsAsync(
        CauseGroups groups, CancellationToken cancellationToken, string status = DeadLetterStatus.Open) =>
        TypedResults.Ok(new GroupPage(await groups.ListAsync(status == "any" ? null : status, cancellationToken)));

    private static async Task<Results<Ok<DeadLetterDetail>, ProblemHttpResult>> ShowAsync(
        string id, HttpContext context, DeadLetterDesk desk, CancellationToken cancellationToken) =>
        await desk.ShowAsync(id, Actor.Of(context), cancellationToken) is { } letter ? TypedResults.Ok(letter) : Unknown();

    private static async Task<Results<Ok<ReplayReceipt>, ProblemHttpResult>> ReplayAsync(
        string id, HttpContext context, DeadLetterDesk desk, CancellationToken cancellationToken, string why = "")
    {
        try
        {
            return await desk.ReplayAsync(id, Actor.Of(context), why, cancellationToken) is { } receipt ? TypedResults.Ok(receipt) : Unknown();
        }
        catch (DeadLetterBusyException busy)
        {
            return Problem.Conflict("not-open", busy.Message);
        }
    }

    private static async Task<IResult> ExportAsync(ExportRequest request, HttpContext context, ExchangeDesk desk, CancellationToken cancellationToken)
    {
        if (request.Ids is not { Count: > 0 and <= DeadLetterDesk.LimitMax } ids)
        {
            return Problem.Malformed($"ids holds 1 to {DeadLetterDesk.LimitMax} ids.");
        }

        return await desk.ExportAsync([.. ids.Distinct()], request.Deidentify, Actor.Of(context), cancellationToken) is { } file
            ? TypedResults.Bytes(file, "application/json")
            : Unknown();
    }

    private static async Task<IResult> ImportAsync(HttpContext context, ExchangeDesk desk, CancellationToken cancellationToken, string why = "")
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);

        try
        {
            return TypedResults.Ok(await desk.ImportAsync(body.ToArray(), Actor.Of(context), why, cancellationToken));
        }
        catch (System.Text.Json.JsonException)
        {
            return Problem.Malformed("The body is no file of dead letters.");
        }
    }

    private static async Task<IResult> PreviewAsync(
        string id, HttpContext context, EditDesk desk, CancellationToken cancellationToken, int? revision = null) =>
        await desk.PreviewAsync(id, revision, Actor.Of(context), cancellationToken) is { } view ? TypedResults.Ok(view.ToAnswer()) : Unknown();

    private static async Task<IResult> EditAsync(
        string id, HttpContext context, EditDesk desk, CancellationToken cancellationToken, string why = "")
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);

        if (body.Length is 0 or > EditDesk.BodyBytesMax)
        {
            return Problem.Malformed($"The body is the edited message: 1 to {EditDesk.BodyBytesMax} bytes.");
        }

        return await GuardAsync(async () => await desk.EditAsync(id, body.ToArray(), Actor.Of(context), why, cancellationToken));
    }

    private static Task<IResult> ApproveAsync(
        string id, HttpContext context, EditDesk desk, CancellationToken cancellationToken, int? revision = null, string why = "") =>
        GuardAsync(() => desk.ApproveAsync(id, revision, Actor.Of(context), why, cancellationToken));

    private static async Task<IResult> GuardAsync(Func<Task<EditView?>> work)
    {
        try
        {
            return await work() is { } view ? TypedResults.Ok(view.ToAnswer()) : Unknown();
        }
        catch (DeadLetterBusyException busy)
        {
            return Problem.Conflict("not-open", busy.Message);
        }
        catch (OwnEditException own)
        {
            return Problem.Of(StatusCodes.Status403Forbidden, "own-edit", own.Message);
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DiscardAsync(
        string id, HttpContext context, DeadLetterDesk desk, CancellationToken cancellationToken, string why = "")
    {
        if (string.IsNullOrWhiteSpace(why))
        {
            return Problem.Malformed("Say why it is not needed: whoever looks for the message later wants to know.", new Hosting.Problems.ProblemError("why", "required", "A reason."));
        }

        return await desk.DiscardAsync(id, Actor.Of(context), why, cancellationToken)
            ? TypedResults.NoContent()
            : await NotInPlaceAsync(id, desk, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SkipAsync(
        string id, HttpContext context, DeadLetterDesk desk, CancellationToken cancellationToken, string why = "")
    {
        if (string.IsNullOrWhiteSpace(why))
        {
            return Problem.Malformed("Say why later messages may go first: whoever looks at the study later wants to know.", new Hosting.Problems.ProblemError("why", "required", "A reason."));
        }

        if (await desk.SkipAsync(id, Actor.Of(context), why, cancellationToken))
        {
            return TypedResults.NoContent();
        }

        return await desk.StatusAsync(id, cancellationToken) is DeadLetterStatus.Open
            ? Problem.Conflict(DeadLetterStatus.Open, "Nothing waits behind the dead letter.")
            : await NotInPlaceAsync(id, desk, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RestoreAsync(
        string id, HttpContext context, DeadLetterDesk desk, CancellationToken cancellationToken, string why = "") =>
        await desk.RestoreAsync(id, Actor.Of(context), why, cancellationToken)
            ? TypedResults.NoContent()
            : await NotInPlaceAsync(id, desk, cancellationToken);

    private static async Task<ProblemHttpResult> NotInPlaceAsync(string id, DeadLetterDesk desk, CancellationToken cancellationToken) =>
        await desk.StatusAsync(id, cancellationToken) is { } status ? Problem.Conflict(status, $"The dead letter is {status}.") : Unknown();

    private static ProblemHttpResult Unknown() => Problem.NotFound("There is no such dead letter.");
}

internal sealed record DeadLetterPage(IReadOnlyList<DeadLetterView> DeadLetters);

/// <param name="Deidentify">Without what could name a patient, a person or a case.</param>
internal sealed record ExportRequest(IReadOnlyList<string> Ids, bool Deidentify = false);

internal sealed record GroupPage(IReadOnlyList<GroupView> Groups);
