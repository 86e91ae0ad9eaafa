using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.DeadLetters.Filters;

internal static class FilterEndpoints
{
    /// <param name="letters">The group <c>/v1/dead-letters</c>, whose policies hold here too.</param>
    public static void MapFilters(this IEndpointRouteBuilder letters)
    {
        var group = letters.MapGroup("/filters");

        group.MapGet("/", ListAsync)
            .WithName("ListDeadLetterFilters")
            .WithSummary("Saved filters by name");
        group.MapPut("/{name}", SaveAsync)
            .WithName("SaveDeadLetterFilter")
            .WithSummary("Save which dead letters are meant by a name, for lists and replay jobs; one of the same name is replaced");
        group.MapDelete("/{name}", DeleteAsync)
            .WithName("DeleteDeadLetterFilter")
            .WithSummary("Delete a saved filter; jobs made by it stay as they are");
    }

    private static async Task<Ok<FilterPage>> ListAsync(FilterDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(new FilterPage(await desk.ListAsync(cancellationToken)));

    private static async Task<Results<Ok<SavedFilter>, ProblemHttpResult>> SaveAsync(
        string name, FilterRequest request, HttpContext context, FilterDesk desk, CancellationToken cancellationToken) =>
        FilterDesk.FaultOf(name, request) is { } fault
            ? Problem.Malformed(fault)
            : TypedResults.Ok(await desk.SaveAsync(name, request, Actor.Of(context), cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string name, FilterDesk desk, CancellationToken cancellationToken) =>
        await desk.DeleteAsync(name, cancellationToken) ? TypedResults.NoContent() : Unknown();

    /// <summary>The answer to a request that names a filter nobody has saved.</summary>
    public static ProblemHttpResult Unknown() => Problem.NotFound("There is no such filter.");
}

internal sealed record FilterPage(IReadOnlyList<SavedFilter> Filters);
