using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.Hosting.Problems;

/// <summary>Faults of requests as problem+json: a stable <c>code</c>, a <c>message</c>, and all faults of the request in <c>errors</c>.</summary>
internal static class Problem
{
    public static ProblemHttpResult NotFound(string message) => Of(StatusCodes.Status404NotFound, "not-found", message);

    public static ProblemHttpResult Malformed(string message, params IReadOnlyList<ProblemError> errors) =>
        Of(StatusCodes.Status400BadRequest, "malformed", message, errors);

    public static ProblemHttpResult Conflict(string code, string message) => Of(StatusCodes.Status409Conflict, code, message);

    /// <summary>The surroundings have failed: try again later.</summary>
    public static ProblemHttpResult Unavailable(string code, string message) =>
        Of(StatusCodes.Status503ServiceUnavailable, code, message);

    public static ProblemHttpResult Of(int status, string code, string message, IReadOnlyList<ProblemError>? errors = null) =>
        TypedResults.Problem(
            title: message,
            statusCode: status,
            type: $"urn:study-update-worker:problem:{code}",
            extensions: new Dictionary<string, object?> { ["code"] = code, ["message"] = message, ["errors"] = errors ?? [] });
}

/// <summary>One fault of a request.</summary>
/// <param name="Pointer">JSON pointer into the body, or the name of a query parameter.</param>
internal sealed record ProblemError(string Pointer, string Code, string Text);
