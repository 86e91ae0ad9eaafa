using System.Text.Json.Nodes;

namespace IntegrationWorker.Subscriptions;

/// <summary>What a subscription is to be like.</summary>
/// <param name="Endpoint">The hook, as the server reaches it.</param>
/// <param name="Topic">Canonical address of a topic; null: R4 criteria.</param>
/// <param name="Criteria">A search for imaging studies.</param>
/// <param name="Payload"><c>full-resource</c>, <c>id-only</c> or <c>empty</c>.</param>
/// <param name="HeartbeatSeconds">With a topic; null: none.</param>
/// <param name="Secret">What the server is to show; null: nothing.</param>
internal sealed record SubscriptionWish(Uri Endpoint, string? Topic, string Criteria, string Payload, int? HeartbeatSeconds, string? Secret);

/// <summary>Writes an R4 Subscription: with criteria of R4, or with a topic of the Subscriptions R5 Backport guide 1.1.</summary>
internal static class SubscriptionResource
{
    private const string Backport = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

    public static byte[] Write(SubscriptionWish wish)
    {
        var channel = new JsonObject { ["type"] = "rest-hook", ["endpoint"] = wish.Endpoint.AbsoluteUri };

        if (wish.Secret is { } secret)
        {
            channel["header"] = new JsonArray($"Authorization: Bearer {secret}");
        }

        var subscription = new JsonObject
        {
            ["resourceType"] = "Subscription",
            ["status"] = "requested",
            ["reason"] = "Studies of a reading platform",
            ["criteria"] = wish.Topic ?? wish.Criteria,
            ["channel"] = channel,
        };

        if (wish.Topic is null)
        {
            // R4 knows two ways only: the resource itself, or the mere call.
            if (wish.Payload == "full-resource")
            {
                channel["payload"] = "application/fhir+json";
            }
        }
        else
        {
            AddTopic(subscription, channel, wish);
        }

        return System.Text.Encoding.UTF8.GetBytes(subscription.ToJsonString());
    }

    private static void AddTopic(JsonObject subscription, JsonObject channel, SubscriptionWish wish)
    {
        subscription["meta"] = new JsonObject { ["profile"] = new JsonArray($"{Backport}backport-subscription") };
        subscription["_criteria"] = Extension("backport-filter-criteria", "valueString", wish.Criteria);
        channel["payload"] = "application/fhir+json";
        channel["_payload"] = Extension("backport-payload-content", "valueCode", wish.Payload);

        if (wish.HeartbeatSeconds is { } seconds)
        {
            channel["extension"] = new JsonArray(new JsonObject { ["url"] = $"{Backport}backport-heartbeat-period", ["valueUnsignedInt"] = seconds });
        }
    }

    private static JsonObject Extension(string name, string member, string value) =>
        new() { ["extension"] = new JsonArray(new JsonObject { ["url"] = $"{Backport}{name}", [member] = value }) };
}
