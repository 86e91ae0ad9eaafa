using System.Globalization;
using System.Text.Json;

namespace IntegrationWorker.Decoding.Fhir;

/// <summary>The status entry of a notification, as backport Parameters (R4) or as SubscriptionStatus (R4B).</summary>
/// <param name="Status">Of the subscription: <c>active</c>, <c>error</c>, <c>off</c> …</param>
/// <param name="EventsSince">Null when not sent.</param>
internal sealed record NotificationStatus(
    string SubscriptionId, string Type, string? Status, long? EventsSince, IReadOnlyList<NotificationEvent> Events)
{
    // R4 allows 64; ids stand in indexed keys and must stay short.
    private const int IdCharactersMax = 128;

    private static readonly string[] _types = ["handshake", "heartbeat", "event-notification", "query-status", "query-event"];

    /// <summary>Null when the resource is no status, or names no subscription or no known type.</summary>
    public static NotificationStatus? From(JsonElement resource) => resource.Text("resourceType") switch
    {
        "Parameters" => FromMembers(Parameters(resource.Member("parameter"))),
        "SubscriptionStatus" => FromMembers(Members(resource)),
        _ => null,
    };

    private static NotificationStatus? FromMembers(ILookup<string, JsonElement> members)
    {
        var subscription = members["subscription"].Select(ReferenceText).FirstOrDefault(text => text is not null);
        var type = members["type"].Select(JsonBody.Text).FirstOrDefault();
        var id = IdOf(subscription);

        if (id is null || type is null || !_types.Contains(type, StringComparer.Ordinal))
        {
            return null;
        }

        return new NotificationStatus(
            id,
            type,
            members["status"].Select(JsonBody.Text).FirstOrDefault(),
            members["eventssincesubscriptionstart"].Select(Number).FirstOrDefault(),
            [.. members["notificationevent"].Select(EventOf)]);
    }

    private static NotificationEvent EventOf(JsonElement element)
    {
        var members = element.ValueKind == JsonValueKind.Array ? Parameters(element) : Members(element);

        return new NotificationEvent(
            members["eventnumber"].Select(Number).FirstOrDefault(),
            members["focus"].Select(ReferenceText).FirstOrDefault(),
            members["timestamp"].Select(JsonBody.Text).FirstOrDefault());
    }

    /// <summary>Parameters by name: their value, or their parts.</summary>
    private static ILookup<string, JsonElement> Parameters(JsonElement parameters) =>
        parameters.Items().ToLookup(parameter => Plain(parameter.Text("name") ?? ""), ValueOf, StringComparer.Ordinal);

    private static ILookup<string, JsonElement> Members(JsonElement resource) =>
        (resource.ValueKind == JsonValueKind.Object ? resource.EnumerateObject() : Enumerable.Empty<JsonProperty>())
            .SelectMany(member => member.Value.ValueKind == JsonValueKind.Array
                ? member.Value.EnumerateArray().Select(item => (member.Name, Value: item))
                : [(member.Name, member.Value)])
            .ToLookup(pair => Plain(pair.Name), pair => pair.Value, StringComparer.Ordinal);

    private static JsonElement ValueOf(JsonElement parameter)
    {
        if (parameter.ValueKind != JsonValueKind.Object)
        {
            return default;
        }

        foreach (var member in parameter.EnumerateObject())
        {
            if (member.Name == "part" || member.Name.StartsWith("value", StringComparison.Ordinal))
            {
                return member.Value;
            }
        }

        return default;
    }

    // events-since-subscription-start and eventsSinceSubscriptionStart are one name: servers use either.
    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string? ReferenceText(JsonElement value) => value.Text() ?? value.Text("reference");

    private static string? IdOf(string? reference)
    {
        var id = FhirReference.From(reference)?.Id ?? reference?.Trim();

        return id is { Length: > 0 and <= IdCharactersMax } && !id.Any(char.IsControl) ? id : null;
    }

    /// <summary>Sent as a string (integer64 in R4) or as a number.</summary>
    private static long? Number(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.Text()?.Trim();

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
