using System.Globalization;
using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Subscriptions;

/// <summary>Follows the event numbers of a FHIR subscription and notices what is missing. Pure. docs/mapping.md §7.3, §7.4.</summary>
internal sealed record PositionRule
{
    private PositionRule()
    {
    }

    /// <summary>The position after the notification; null when the subscription is not known.</summary>
    public SubscriptionPosition? Position { get; private init; }

    public List<Notice> Warnings { get; } = [];

    public SubscriptionNote? Note { get; private init; }

    /// <summary>FHS-002; null when the subscription is known.</summary>
    public Notice? Rejection { get; private init; }

    /// <summary>Events may have been lost that no number will tell of: what has changed on the server is to be searched.</summary>
    public bool AsksForSearch { get; private init; }

    /// <summary>From when on changes may have been lost; null when that is not known.</summary>
    public DateTimeOffset? SearchSince { get; private init; }

    /// <param name="isRepeated">Everything in the notification was there before: a delivery that came again, or late.</param>
    public static PositionRule Follow(
        SubscriptionPosition? known, Notification notification, Source source, DateTimeOffset receivedAt, bool isRepeated = false)
    {
        var isHandshake = notification.Type == "handshake";
        var isConfigured = source.Subscriptions.Contains(notification.SubscriptionId);

        if (!isConfigured && (isHandshake ? !source.AllowHandshake : known is null))
        {
            return new PositionRule { Rejection = Notice.Of(Codes.UnknownSubscription, "id", notification.SubscriptionId) };
        }

        var warnings = new List<Notice>();
        var (position, seen) = Advance(known, notification, isHandshake, isRepeated, warnings);
        var isRestart = warnings.Count > 0;
        var highest = Math.Max(notification.EventsSince ?? 0, seen.Count > 0 ? seen[^1] : 0);

        if (!isHandshake && !isRestart)
        {
            highest = Math.Max(highest, known?.Highest ?? 0);
        }

        var isOpen = highest > position;
        var next = new SubscriptionPosition
        {
            SourceId = source.SourceId,
            SubscriptionId = notification.SubscriptionId,
            Position = position,
            Seen = seen,
            Highest = Math.Max(highest, position),
            Status = notification.Status ?? known?.Status,
            LastHeardAt = receivedAt,
            GapSince = isOpen ? known?.GapSince ?? receivedAt : null,
            ContiguousAt = isOpen ? known?.ContiguousAt : Later(known?.ContiguousAt, TimeOf(notification, receivedAt)),
        };

        if (isOpen)
        {
            warnings.Add(Notice.Of(Codes.EventsMissing, "missing", new[] { position + 1, next.LastMissing }));
        }

        var rule = new PositionRule
        {
            Position = next,
            // A subscription that is set up once more starts with what the server has counted; what it did not tell before is in no count.
            AsksForSearch = isRestart || (isHandshake && known is { Position: > 0 } or { GapSince: not null }),
            SearchSince = known?.ContiguousAt,
            Note = new SubscriptionNote(
                notification.SubscriptionId, notification.Type, notification.EventsSince, position, isOpen ? $"GET {BaseOf(source)}{EventsPath(next)}" : null),
        };

        if (notification.Status is "error" or "off")
        {
            warnings.Add(Notice.Of(Codes.SubscriptionOff, "status", notification.Status));
        }

        rule.Warnings.AddRange(warnings);
        return rule;
    }

    /// <summary>Where the server tells the events that are missing, below its base address. Both bounds are part of it.</summary>
    public static string EventsPath(SubscriptionPosition position) => string.Create(
        CultureInfo.InvariantCulture,
        $"Subscription/{position.SubscriptionId}/$events?eventsSinceNumber={position.Position + 1}&eventsUntilNumber={position.LastMissing}");

    /// <summary>The position once everything up to a number has been made good.</summary>
    /// <param name="at">Nothing that is missing now is older.</param>
    public static SubscriptionPosition Close(SubscriptionPosition known, long upTo, DateTimeOffset at)
    {
        var (position, seen) = Advance(Math.Max(known.Position, upTo), known.Seen);
        var isOpen = known.Highest > position;

        return known with
        {
            Position = position,
            Seen = seen,
            Highest = Math.Max(known.Highest, position),
            GapSince = isOpen ? at : null,
            ContiguousAt = Later(known.ContiguousAt, at),
        };
    }

    /// <summary>The position moves over every number that has been seen without a gap.</summary>
    private static (long Position, List<long> Seen) Advance(
        SubscriptionPosition? known, Notification notification, bool isHandshake, bool isRepeated, List<Notice> warnings)
    {
        if (isHandshake)
        {
            return (notification.EventsSince ?? 0, []);
        }

        var position = known?.Position ?? 0;

        if (notification.EventsSince is { } count && count < position && notification.Type != "query-event" && !isRepeated && !IsLate(known, notification))
        {
            // The server counts from the start again: what it says now is where we are.
            warnings.Add(Notice.Of(Codes.EventCounterWentBack));
            return (count, []);
        }

        return Advance(position, (known?.Seen ?? []).Concat(notification.EventNumbers));
    }

    private static (long Position, List<long> Seen) Advance(long position, IEnumerable<long> numbers)
    {
        var seen = new SortedSet<long>(numbers.Where(number => number > position));

        while (seen.Remove(position + 1))
        {
            position++;
        }

        return (position, [.. seen]);
    }

    // Sent before what was heard last: it was on its way for long, the server has not started again.
    private static bool IsLate(SubscriptionPosition? known, Notification notification) => notification.At < known?.ContiguousAt;

    // The server's own time: a notification may have waited in a queue.
    private static DateTimeOffset TimeOf(Notification notification, DateTimeOffset receivedAt) =>
        notification.At < receivedAt ? notification.At.Value : receivedAt;

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;

    private static string BaseOf(Source source) => source.BaseUrl is { } url ? url.TrimEnd('/') + "/" : "";
}
