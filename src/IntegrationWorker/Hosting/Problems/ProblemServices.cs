using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;
using Microsoft.AspNetCore.Diagnostics;

namespace IntegrationWorker.Hosting.Problems;

internal static class ProblemServices
{
    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete).AddExceptionHandler<ProblemHandler>();

    /// <summary>Whoever is told to come again later is told when.</summary>
    public static IApplicationBuilder UseRetryAfter(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(AddRetryAfter, context.Response);

        return next(context);
    });

    /// <summary>Refuses a query with a character 0, which no database takes in a text. (In a path the server refuses it.)</summary>
    public static IApplicationBuilder RefuseZeros(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true
            ? Problem.Malformed("The query holds a character 0.").ExecuteAsync(context)
            : next(context));

    private static Task AddRetryAfter(object response)
    {
        var answer = (HttpResponse)response;

        if (answer.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            answer.Headers.RetryAfter = "5";
        }

        return Task.CompletedTask;
    }

    // What the framework itself refuses gets the same members.
    private static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var code = problem.Status switch
        {
            StatusCodes.Status400BadRequest => "malformed",
            StatusCodes.Status404NotFound => "not-found",
            StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
            StatusCodes.Status413PayloadTooLarge => Codes.TooLarge,
            StatusCodes.Status415UnsupportedMediaType => "unsupported-media-type",
            StatusCodes.Status422UnprocessableEntity => "malformed",
            _ => "internal",
        };

        problem.Extensions.TryAdd("code", code);
        problem.Extensions.TryAdd("message", problem.Title);
        problem.Extensions.TryAdd("errors", Array.Empty<ProblemError>());
    }
}

/// <summary>The border of the HTTP side: what was not caught before becomes an answer here, without its text.</summary>
internal sealed class ProblemHandler(ILogger<ProblemHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            DeliveryReturnedException => Problem.Unavailable(Codes.DatabaseDown, exception.Message),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Problem.Of(StatusCodes.Status413PayloadTooLarge, Codes.TooLarge, "The body is too large."),
            BadHttpRequestException bad => Problem.Of(bad.StatusCode, "malformed", "The request cannot be read."),
            StoreConflictException => Problem.Unavailable("undecided", "A message about the same was being decided. Do it again."),
            ProtectionException closed => Problem.Of(StatusCodes.Status500InternalServerError, "protection", closed.Message),
            _ when SurroundingsFailure.Is(exception) => Problem.Unavailable(Codes.DatabaseDown, "The state database does not answer."),
            _ => null,
        };

        if (problem is null)
        {
            HostingLog.RequestFailed(logger, SurroundingsFailure.Describe(exception), exception.StackTrace);
            problem = Problem.Of(StatusCodes.Status500InternalServerError, "internal", "The worker failed. Its log says where.");
        }

        await problem.ExecuteAsync(context);
        return true;
    }
}
