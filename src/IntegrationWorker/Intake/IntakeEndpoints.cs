using IntegrationWorker.Access;
using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Problems;

namespace IntegrationWorker.Intake;

internal static class IntakeEndpoints
{
    public static void MapIntake(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/messages", PostMessageAsync)
            .Produces<Studies.MessageResult>()
            .Produces<AcceptedMessage>(StatusCodes.Status202Accepted)
            .Produces(StatusCodes.Status207MultiStatus, contentType: HttpPart.LinesType)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithTags("Messages")
            .RequireRole(AccessRole.Integrator)
            .WithName("PostMessage")
            .WithSummary("Takes a raw message, or several as NDJSON or multipart; answers when each, or its outcome, is on durable storage");

        routes.MapPost("/v1/preview", PreviewAsync)
            .Produces<Studies.MessageResult>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithTags("Messages")
            .RequireRole(AccessRole.Operator)
            .WithName("PreviewMessage")
            .WithSummary("What a raw message would change now, and why not the rest. Writes nothing");
    }

    private static async Task<IResult> PostMessageAsync(
        HttpRequest request, HttpMessages messages, HttpDoor door, CancellationToken cancellationToken, string? source = null)
    {
        var sourceId = string.IsNullOrEmpty(source) ? null : source;

        if (HttpRequestCheck.Find(request) is { } fault)
        {
            return fault;
        }

        if (HttpPart.AreIn(request.ContentType))
        {
            return await PostSeveralAsync(request, messages, door, sourceId, cancellationToken);
        }

        var message = await messages.ReadAsync(request, sourceId, cancellationToken);

        return message.Body.IsEmpty
            ? Problem.Malformed("There is no message in the body.")
            : (await door.TakeAsync(message, Preferences.Of(request), cancellationToken)).ToResult();
    }

    private static async Task<IResult> PostSeveralAsync(
        HttpRequest request, HttpMessages messages, HttpDoor door, string? sourceId, CancellationToken cancellationToken)
    {
        IReadOnlyList<InboundMessage> several;

        try
        {
            several = await messages.ReadAllAsync(request, sourceId, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return Problem.Malformed("The body cannot be cut into its parts.");
        }

        return several.Count switch
        {
            0 => Problem.Malformed("There is no message in the body."),
            > HttpPart.PartsMax => Problem.Of(
                StatusCodes.Status413PayloadTooLarge, Codes.TooLarge, $"A request takes at most {HttpPart.PartsMax} messages. None was taken."),
            _ => new SeveralAnswers(await door.TakeAllAsync(several, Preferences.Of(request), cancellationToken)),
        };
    }

    private static async Task<IResult> PreviewAsync(
        HttpRequest request, HttpMessages messages, Queries.MessagePreviewer preview, CancellationToken cancellationToken, string? source = null)
    {
        var message = await messages.ReadAsync(request, string.IsNullOrEmpty(source) ? null : source, cancellationToken);

        return message.Body.IsEmpty
            ? Problem.Malformed("There is no message in the body.")
            : TypedResults.Ok((await preview.PreviewAsync(message, cancellationToken)).ToJson());
    }
}
