using System.Text.Json.Nodes;

namespace IntegrationWorker.Tests.Subscriptions.Server;

/// <summary>An event that the server has counted.</summary>
internal sealed record TestEvent(long Number, string StudyId, string Reference, string Timestamp);

/// <summary>A subscription on the test server (R4 with backported topics).</summary>
/// <param name="payload"><c>empty</c>, <c>id-only</c> or <c>full-resource</c>.</param>
internal sealed class TestSubscription(string id, Uri hook, string? secret, string payload)
{
    private readonly Lock _lock = new();
    private readonly List<TestEvent> _events = [];

    public string Id => id;

    public Uri Hook => hook;

    public string? Secret => secret;

    public string State { get; set; } = "active";

    /// <summary>The resource that was sent to register it; null for one that was there before.</summary>
    public JsonObject? Sent { get; set; }

    /// <summary>The server starts again: it counts from one.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _events.Clear();
        }
    }

    public TestEvent Happen(string studyId, string reference, string timestamp)
    {
        lock (_lock)
        {
            _events.Add(new TestEvent(_events.Count + 1, studyId, reference, timestamp));
            return _events[^1];
        }
    }

    public IReadOnlyList<TestEvent> Between(long first, long last)
    {
        lock (_lock)
        {
            return [.. _events.Where(e => e.Number >= first && e.Number <= last)];
        }
    }

    public JsonObject Resource() => new()
    {
        ["resourceType"] = "Subscription",
        ["id"] = id,
        ["status"] = State,
        ["criteria"] = (string?)Sent?["criteria"] ?? "ImagingStudy",
        ["channel"] = new JsonObject { ["type"] = "rest-hook", ["endpoint"] = hook.AbsoluteUri },
    };

    public JsonObject Notification(string type, IReadOnlyList<TestEvent> events, Func<string, JsonObject?>? resources = null)
    {
        long count;

        lock (_lock)
        {
            count = _events.Count;
        }

        // What a server says with an event is the count at that time.
        count = type == "event-notification" ? events[^1].Number : count;
        var parameters = new JsonArray(
            new JsonObject { ["name"] = "subscription", ["valueReference"] = new JsonObject { ["reference"] = $"Subscription/{id}" } },
            new JsonObject { ["name"] = "status", ["valueCode"] = State },
            new JsonObject { ["name"] = "type", ["valueCode"] = type },
            new JsonObject { ["name"] = "events-since-subscription-start", ["valueString"] = $"{count}" });
        var entries = new JsonArray(new JsonObject
        {
            ["fullUrl"] = $"urn:uuid:{Guid.NewGuid()}",
            ["resource"] = new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = parameters },
        });

        foreach (var happened in events)
        {
            parameters.Add(EventOf(happened));

            if (payload == "full-resource" && resources?.Invoke(happened.StudyId) is { } resource)
            {
                entries.Add(new JsonObject { ["fullUrl"] = happened.Reference, ["resource"] = resource.DeepClone() });
            }
        }

        return new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "history",
            ["timestamp"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ["entry"] = entries,
        };
    }

    private JsonObject EventOf(TestEvent happened)
    {
        var parts = new JsonArray(
            new JsonObject { ["name"] = "event-number", ["valueString"] = $"{happened.Number}" },
            new JsonObject { ["name"] = "timestamp", ["valueInstant"] = happened.Timestamp });

        if (payload != "empty")
        {
            parts.Add(new JsonObject { ["name"] = "focus", ["valueReference"] = new JsonObject { ["reference"] = happened.Reference } });
        }

        return new JsonObject { ["name"] = "notification-event", ["part"] = parts };
    }
}
