using IntegrationWorker.Access;
using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Hosting.Reference;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.StudyApi;

internal static class StudyEndpoints
{
    private const string Path = "/v1/viewer/studies";

    private static readonly DescribedHeader _key = new("Idempotency-Key", "1 to 256 characters: sent again under it, the request gets its first answer again");
    private static readonly DescribedHeader _condition = new("If-Match", "The ETag that the study must have; else 412");

    public static void MapStudyApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTags("Studies").RequireRole(AccessRole.Reader);
        MapReading(group);
        MapWriting(group.MapGroup("").RequireRole(AccessRole.Integrator));
    }

    private static void MapReading(RouteGroupBuilder group)
    {
        group.MapGet("/", ListAsync)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithName("ListStudies")
            .WithSummary("Studies by id, filtered; or those that a number leads to (accession, fillerOrderNumber or placerOrderNumber, with issuer)");
        group.MapGet("/{studyId}", GetAsync)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("GetStudy")
            .WithSummary("One study; its version is the ETag");
        group.MapGet("/by-uid/{studyInstanceUid}", GetByUidAsync)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithName("GetStudyByUid")
            .WithSummary("The study of a DICOM Study Instance UID");
    }

    private static void MapWriting(RouteGroupBuilder group)
    {
        group.MapPost("/", CreateAsync)
            .Accepts<StudyCreationBody>("application/json")
            .WithName("CreateStudy")
            .WithSummary("A new study; 409 when there is one with this UID");
        group.MapPatch("/{studyId}", PatchAsync)
            .Accepts<StudyPatchBody>("application/json", "application/merge-patch+json")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .WithMetadata(_condition)
            .WithName("UpdateStudy")
            .WithSummary("Changes what is sent and leaves the rest");
        group.MapPost("/cancel", CancelAsync)
            .Accepts<StudyReferenceBody>("application/json")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .WithMetadata(_condition)
            .WithName("CancelStudy")
            .WithSummary("Cancels a study; one that is cancelled stays as it is");
        group.MapPost("/uncancel", UncancelAsync)
            .Accepts<StudyReferenceBody>("application/json")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .WithMetadata(_condition)
            .WithName("UncancelStudy")
            .WithSummary("Makes a cancelled study active; 409 when it is not cancelled");
        group.WithMetadata(_key)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Results<Ok<StudyResource>, ProblemHttpResult>> GetAsync(
        string studyId, IStudyReader reader, StudyResources resources, HttpResponse response, CancellationToken cancellationToken) =>
        await AnswerAsync(
            StudyIds.IsId("stu", studyId) ? await reader.ShowByIdAsync(studyId, cancellationToken) : null, resources, response, cancellationToken);

    private static async Task<Results<Ok<StudyResource>, ProblemHttpResult>> GetByUidAsync(
        string studyInstanceUid, IStudyReader reader, StudyResources resources, HttpResponse response, CancellationToken cancellationToken) =>
        await AnswerAsync(
            DicomUid.IsValid(studyInstanceUid) ? await reader.ShowByUidAsync(studyInstanceUid, cancellationToken) : null,
            resources,
            response,
            cancellationToken);

    private static async Task<Results<Ok<StudyResource>, ProblemHttpResult>> AnswerAsync(
        StudySnapshot? study, StudyResources resources, HttpResponse response, CancellationToken cancellationToken)
    {
        if (study is null)
        {
            return Problem.Of(StatusCodes.Status404NotFound, Codes.NotFound, "There is no such study.");
        }

        response.Headers.ETag = RequestHeaders.TagOf(study.Version);
        return TypedResults.Ok(await resources.OfAsync(study, cancellationToken));
    }

    private static async Task<Results<Ok<StudyPage>, ProblemHttpResult>> ListAsync(
        [AsParameters] StudyQuery query, StudyList list, CancellationToken cancellationToken)
    {
        var faults = query.Faults().ToList();

        return faults.Count > 0
            ? Problem.Malformed("The query cannot be used.", faults)
            : TypedResults.Ok(await list.ReadAsync(query, cancellationToken));
    }

    private static async Task<Results<Created<StudyResource>, ProblemHttpResult>> CreateAsync(
        HttpContext context, StudyWriter writer, StudyResources resources, CancellationToken cancellationToken)
    {
        var (study, problem) = await WriteAsync(context, StudyOperation.Create, null, writer, resources, cancellationToken);

        return study is not null ? TypedResults.Created($"{Path}/{study.StudyId}", study) : problem!;
    }

    private static Task<Results<Ok<StudyResource>, ProblemHttpResult>> PatchAsync(
        string studyId, HttpContext context, StudyWriter writer, StudyResources resources, CancellationToken cancellationToken) =>
        ChangeAsync(context, StudyOperation.Patch, studyId, writer, resources, cancellationToken);

    private static Task<Results<Ok<StudyResource>, ProblemHttpResult>> CancelAsync(
        HttpContext context, StudyWriter writer, StudyResources resources, CancellationToken cancellationToken) =>
        ChangeAsync(context, StudyOperation.Cancel, null, writer, resources, cancellationToken);

    private static Task<Results<Ok<StudyResource>, ProblemHttpResult>> UncancelAsync(
        HttpContext context, StudyWriter writer, StudyResources resources, CancellationToken cancellationToken) =>
        ChangeAsync(context, StudyOperation.Uncancel, null, writer, resources, cancellationToken);

    private static async Task<Results<Ok<StudyResource>, ProblemHttpResult>> ChangeAsync(
        HttpContext context, StudyOperation operation, string? studyId, StudyWriter writer, StudyResources resources, CancellationToken cancellationToken)
    {
        var (study, problem) = await WriteAsync(context, operation, studyId, writer, resources, cancellationToken);

        return study is not null ? TypedResults.Ok(study) : problem!;
    }

    private static async Task<(StudyResource? Study, ProblemHttpResult? Problem)> WriteAsync(
        HttpContext context, StudyOperation operation, string? studyId, StudyWriter writer, StudyResources resources, CancellationToken cancellationToken)
    {
        var (result, problem) = await writer.WriteAsync(context, operation, studyId, cancellationToken);

        if (result is null)
        {
            return (null, problem);
        }

        if (result.Error is { } error)
        {
            return (null, StudyProblems.Of([error]));
        }

        var study = result.Study ?? throw new InvalidOperationException($"The write {result.MessageKey} has no answer.");
        context.Response.Headers.ETag = RequestHeaders.TagOf(study.Version);

        if (result.Units is [{ Warnings.Count: > 0 } unit, ..])
        {
            context.Response.Headers["x-warnings"] = string.Join(',', unit.Warnings.Select(warning => warning.Code).Distinct());
        }

        return (await resources.OfAsync(study, cancellationToken), null);
    }
}
