using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.Subscriptions;

/// <summary>Where FHIR servers send notifications and resources to. Answered with 2xx when the message is on durable storage.</summary>
internal static class HookEndpoints
{
    public static void MapHooks(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/fhir/{sourceId}/{**path}", ["POST", "PUT", "DELETE"], TakeAsync)
            .Produces(StatusCodes.Status200OK)
            .Produces<AcceptedMessage>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithTags("Messages")
            .WithName("FhirHook")
            .WithSummary("Takes what a FHIR server sends to a subscription's endpoint");

    private static async Task<IResult> TakeAsync(
        string sourceId, HttpContext context, HookSecrets secrets, HttpMessages messages, IMessagePipeline pipeline, HttpDoor door, Rulebook rules,
        TimeProvider time, ILogger<HookSecrets> logger, CancellationToken cancellationToken, string? path = null)
    {
        var request = context.Request;
        var isKnown = rules.FindSource(sourceId) is { Kind: "fhir" };

        if (!secrets.Accept(context, sourceId, out var subscriptionIds))
        {
            if (isKnown)
            {
                SubscriptionLog.HookRefused(logger, sourceId);
            }

            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem.Of(
                StatusCodes.Status401Unauthorized, "unauthorized", $"The secret of a subscription is needed: Authorization: Bearer SECRET, or {HookSecrets.Header}.");
        }

        if (!isKnown)
        {
            return Problem.Of(StatusCodes.Status404NotFound, Codes.UnknownSource, "The source is not registered.");
        }

        if (HttpRequestCheck.Find(request) is { } fault)
        {
            return fault;
        }

        var message = await messages.ReadAsync(
            request,
            sourceId,
            cancellationToken,
            KeyValuePair.Create(FhirHeaders.Interaction, InteractionOf(request.Method, path)),
            KeyValuePair.Create(FhirHeaders.Url, path ?? ""),
            KeyValuePair.Create(FhirHeaders.Time, UtcTimeConverter.ToText(time.GetUtcNow())));

        return Foreign(message, pipeline, subscriptionIds) ?? (await door.TakeAsync(message, Preferences.Of(request), cancellationToken)).ToResult();
    }

    // The secret of one subscription does not speak for another.
    private static ProblemHttpResult? Foreign(InboundMessage message, IMessagePipeline pipeline, IReadOnlyList<string> subscriptionIds) =>
        subscriptionIds.Count > 0 && pipeline.Read(message).Notification is { } notification && !subscriptionIds.Contains(notification.SubscriptionId)
            ? Problem.Of(StatusCodes.Status403Forbidden, "forbidden", "The secret is that of another subscription.")
            : null;

    // With a payload servers send the resource under its own path; without one, or with a notification, to the endpoint itself.
    private static string InteractionOf(string method, string? path) => method switch
    {
        "DELETE" => "delete",
        "PUT" => "update",
        _ => string.IsNullOrEmpty(path) ? "notify" : "create",
    };
}
