using IntegrationWorker.Access;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.StudyApi;

internal static class StudyEndpoints
{
    public static void MapStudyApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/viewer/studies").WithTags("Studies").RequireRole(AccessRole.Reader);

        group.MapGet("/", ListAsync)
            .WithName("ListStudies")
            .WithSummary("Studies by id, filtered; or those a number leads to (accession with issuer)");
        group.MapGet("/{studyId}", GetAsync)
            .WithName("GetStudy")
            .WithSummary("One study; its version is the ETag");
        group.MapGet("/by-uid/{studyInstanceUid}", GetByUidAsync)
            .WithName("GetStudyByUid")
            .WithSummary("The study of a DICOM Study Instance UID");
    }

    private static async Task<Results<Ok<StudyResource>, ProblemHttpResult>> GetAsync(
        string studyId, IStudyReader reader, Rulebook rules, HttpResponse response, CancellationToken cancellationToken) =>
        Answer(await reader.FindByIdAsync(studyId, cancellationToken), rules, response);

    private static async Task<Results<Ok<StudyResource>, ProblemHttpResult>> GetByUidAsync(
        string studyInstanceUid, IStudyReader reader, Rulebook rules, HttpResponse response, CancellationToken cancellationToken) =>
        Answer(await reader.FindByUidAsync(studyInstanceUid, cancellationToken), rules, response);

    private static Results<Ok<StudyResource>, ProblemHttpResult> Answer(Study? study, Rulebook rules, HttpResponse response)
    {
        if (study is null)
        {
            return Problem.NotFound("There is no such study.");
        }

        response.Headers.ETag = $"\"{study.Version}\"";
        return TypedResults.Ok(StudyResource.Of(study, rules));
    }

    private static async Task<Results<Ok<StudyPage>, ProblemHttpResult>> ListAsync(
        [AsParameters] StudyQuery query, StudyList list, CancellationToken cancellationToken)
    {
        var faults = query.Faults().ToList();

        return faults.Count > 0
            ? Problem.Malformed("The query cannot be used.", faults)
            : TypedResults.Ok(await list.ReadAsync(query, cancellationToken));
    }
}
