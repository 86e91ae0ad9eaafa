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
        var highest = Math.Max(notification.EventsSince ?? 0, seen.Count > 0 ? seen[^1] : 0);
        string? recover = null;

        if (highest > position)
        {
            var last = LastMissing(position, seen, highest);
            warnings.Add(Notice.Of(Codes.EventsMissing, "missing", new[] { position + 1, last }));
            recover = string.Create(
                CultureInfo.InvariantCulture,
                $"GET {BaseOf(source)}Subscription/{notification.SubscriptionId}/$events?eventsSinceNumber={position + 1}&eventsUntilNumber={last}");
        }

        var rule = new PositionRule
        {
            Position = new SubscriptionPosition
            {
                SourceId = source.SourceId,
                SubscriptionId = notification.SubscriptionId,
                Position = position,
                Seen = seen,
                LastHeardAt = receivedAt,
                GapSince = highest > position ? known?.GapSince ?? receivedAt : null,
            },
            Note = new SubscriptionNote(notification.SubscriptionId, notification.Type, notification.EventsSince, position, recover),
        };

        if (notification.Status is "error" or "off")
        {
            warnings.Add(Notice.Of(Codes.SubscriptionOff, "status", notification.Status));
        }

        rule.Warnings.AddRange(warnings);
        return rule;
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

        if (notification.EventsSince is { } count && count < position && notification.Type != "query-event" && !isRepeated)
        {
            // The server counts from the start again: what it says now is where we are.
            warnings.Add(Notice.Of(Codes.EventCounterWentBack));
            return (count, []);
        }

        var seen = new SortedSet<long>((known?.Seen ?? []).Concat(notification.EventNumbers).Where(number => number > position));

        while (seen.Remove(position + 1))
        {
            position++;
        }

        return (position, [.. seen]);
    }

    private static long LastMissing(long position, List<long> seen, long highest)
    {
        var last = highest;

        while (last > position && seen.Contains(last))
        {
            last--;
        }

        return last;
    }

    private static string BaseOf(Source source) => source.BaseUrl is { } url ? url.TrimEnd('/') + "/" : "";
}
