using System.Buffers;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.StudyApi;
using IntegrationWorker.StudyApi.Requests;

namespace IntegrationWorker.Emulator;

/// <summary>The seven operations of the study API on the emulated studies, and what a rehearsal needs beside them.</summary>
internal static class EmulatorEndpoints
{
    // The emulated platform knows every user and organization, and its caller may do all.
    private static readonly StudyRequestRules _rules = new(_ => true, _ => true, MayMove: true);

    public static void MapEmulator(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/viewer/studies");
        group.MapPost("/", CreateAsync).WithName(EmulatedOperations.Create);
        group.MapGet("/", List).WithName(EmulatedOperations.List);
        group.MapGet("/{studyId}", Get).WithName(EmulatedOperations.Get);
        group.MapGet("/by-uid/{studyInstanceUid}", GetByUid).WithName(EmulatedOperations.GetByUid);
        group.MapPatch("/{studyId}", PatchAsync).WithName(EmulatedOperations.Patch);
        group.MapPost("/cancel", CancelAsync).WithName(EmulatedOperations.Cancel);
        group.MapPost("/uncancel", UncancelAsync).WithName(EmulatedOperations.Uncancel);

        routes.MapGet("/emulator/calls", (EmulatorState state) => TypedResults.Ok(state.Calls));
        routes.MapPut("/emulator/faults", ReplaceScriptAsync);
        routes.MapDelete("/emulator/studies/{studyId}", (string studyId, EmulatorState state) =>
            state.Studies.Remove(studyId) ? Results.NoContent() : Problem.NotFound("There is no such study."));
    }

    private static async Task<IResult> CreateAsync(HttpContext context, EmulatorState state)
    {
        var reading = StudyRequestReader.ReadCreation(await BodyAsync(context), _rules);

        return reading.Request is { } request ? Answer(context, state.Studies.Create(request)) : StudyProblems.Of(reading.Faults);
    }

    private static IResult Get(string studyId, EmulatorState state, HttpContext context) => Answer(context, state.Studies.Find(studyId));

    private static IResult GetByUid(string studyInstanceUid, EmulatorState state, HttpContext context) =>
        Answer(context, state.Studies.FindByUid(studyInstanceUid));

    private static IResult List([AsParameters] StudyQuery query, EmulatorState state)
    {
        var faults = query.Faults().ToList();

        if (faults.Count > 0)
        {
            return Problem.Malformed("The query cannot be used.", faults);
        }

        var limit = query.Limit ?? StudyQuery.LimitUsual;
        var found = state.Studies.List(query.Filter, query.Cursor is null ? null : StudyQuery.ReadCursor(query.Cursor), limit + 1);
        var hasMore = found.Count > limit;

        return TypedResults.Ok(new StudyPage(
            [.. found.Take(limit).Select(study => study.ToResource())], hasMore, hasMore ? StudyQuery.WriteCursor(found[limit - 1].StudyId) : null));
    }

    private static async Task<IResult> PatchAsync(string studyId, HttpContext context, EmulatorState state)
    {
        var reading = StudyRequestReader.ReadPatch(await BodyAsync(context), _rules);
        var ifMatch = context.Request.Headers.IfMatch is [{ } tag] ? tag : null;

        return reading.Request is { } request
            ? Answer(context, state.Studies.Patch(studyId, request, ifMatch, EmulatorFaults.Of(context)))
            : StudyProblems.Of(reading.Faults);
    }

    private static Task<IResult> CancelAsync(HttpContext context, EmulatorState state) => OnReferenceAsync(context, state.Studies.Cancel);

    private static Task<IResult> UncancelAsync(HttpContext context, EmulatorState state) => OnReferenceAsync(context, state.Studies.Uncancel);

    private static async Task<IResult> OnReferenceAsync(HttpContext context, Func<StudyReference, EmulatedChange> change)
    {
        var reading = StudyRequestReader.ReadReference(await BodyAsync(context));

        return reading.Request is { } request ? Answer(context, change(request)) : StudyProblems.Of(reading.Faults);
    }

    private static async Task<IResult> ReplaceScriptAsync(HttpContext context, EmulatorState state)
    {
        try
        {
            state.Script = FaultScript.Parse((await BodyAsync(context)).Span);
            return Results.NoContent();
        }
        catch (FormatException e)
        {
            return Problem.Malformed(e.Message);
        }
    }

    private static IResult Answer(HttpContext context, EmulatedChange change)
    {
        if (change.Refusal is { } refusal)
        {
            return StudyProblems.Of([refusal]);
        }

        EmulatorFaults.Note(context, change.Study!.StudyId, change.Changed);
        return Answer(context, change.Study);
    }

    private static IResult Answer(HttpContext context, EmulatedStudy? study)
    {
        if (study is null)
        {
            return Problem.NotFound("There is no such study.");
        }

        context.Response.Headers.ETag = $"\"{study.Version}\"";
        return TypedResults.Ok(study.ToResource());
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var reader = context.Request.BodyReader;

        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);

            foreach (var segment in read.Buffer)
            {
                buffer.Write(segment.Span);
            }

            reader.AdvanceTo(read.Buffer.End);

            if (read.IsCompleted)
            {
                return buffer.WrittenMemory;
            }
        }
    }
}
