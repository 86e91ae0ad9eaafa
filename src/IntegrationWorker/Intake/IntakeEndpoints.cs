using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Problems;

namespace IntegrationWorker.Intake;

internal static class IntakeEndpoints
{
    public static void MapIntake(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/messages", PostMessageAsync)
            .Produces<Studies.MessageResult>()
            .Produces<AcceptedMessage>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithTags("Messages")
            .WithName("PostMessage")
            .WithSummary("Takes one raw message; answers when it, or its outcome, is on durable storage");

        routes.MapPost("/v1/preview", PreviewAsync)
            .Produces<Studies.MessageResult>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithTags("Messages")
            .WithName("PreviewMessage")
            .WithSummary("What a raw message would change now, and why not the rest. Writes nothing");

        routes.MapMethods("/fhir/{sourceId}/{**path}", ["POST", "PUT", "DELETE"], PostFhirAsync)
            .Produces(StatusCodes.Status200OK)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithTags("Messages")
            .WithName("FhirHook")
            .WithSummary("Takes what a FHIR server sends to a subscription's endpoint");
    }

    private static async Task<IResult> PostMessageAsync(
        HttpRequest request, HttpMessages messages, HttpDoor door, CancellationToken cancellationToken, string? source = null)
    {
        var message = await messages.ReadAsync(request, string.IsNullOrEmpty(source) ? null : source, cancellationToken);

        return message.Body.IsEmpty
            ? Problem.Malformed("There is no message in the body.")
            : await door.TakeAsync(message, PreferredWait.Of(request), cancellationToken);
    }

    private static async Task<IResult> PreviewAsync(
        HttpRequest request, HttpMessages messages, IMessagePreview preview, CancellationToken cancellationToken, string? source = null)
    {
        var message = await messages.ReadAsync(request, string.IsNullOrEmpty(source) ? null : source, cancellationToken);

        return message.Body.IsEmpty
            ? Problem.Malformed("There is no message in the body.")
            : TypedResults.Ok(await preview.PreviewAsync(message, cancellationToken));
    }

    private static async Task<IResult> PostFhirAsync(
        string sourceId, HttpRequest request, HttpMessages messages, HttpDoor door, Studies.Rulebook rules, TimeProvider time,
        CancellationToken cancellationToken, string? path = null)
    {
        if (rules.FindSource(sourceId) is not { Kind: "fhir" })
        {
            return Problem.Of(StatusCodes.Status404NotFound, Codes.UnknownSource, "The source is not registered.");
        }

        var message = await messages.ReadAsync(
            request,
            sourceId,
            cancellationToken,
            KeyValuePair.Create("fhir-interaction", InteractionOf(request.Method, path)),
            KeyValuePair.Create("fhir-url", path ?? ""),
            KeyValuePair.Create("fhir-time", UtcTimeConverter.ToText(time.GetUtcNow())));

        return await door.TakeAsync(message, PreferredWait.Of(request), cancellationToken);
    }

    // With a payload servers send the resource under its own path; without one, or with a notification, to the endpoint itself.
    private static string InteractionOf(string method, string? path) => method switch
    {
        "DELETE" => "delete",
        "PUT" => "update",
        _ => string.IsNullOrEmpty(path) ? "notify" : "create",
    };
}

/// <summary>The answer to a message that was put on the queue.</summary>
/// <param name="MessageKey">Under which its outcome is recorded.</param>
/// <param name="Link">Where its outcome can be read.</param>
internal sealed record AcceptedMessage(string MessageKey, string Link);
