using System.Security.Cryptography;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>A topic-based notification. docs/mapping.md §7.</summary>
internal static class FhirNotificationReader
{
    private const string QueryScheduled = "empty-payload-query-scheduled";

    public static MappedMessage Read(FhirDelivery delivery, JsonElement bundle, FhirEntries entries)
    {
        if (entries.All.Count == 0 || NotificationStatus.From(entries.All[0].Resource) is not { } status)
        {
            return FhirReader.Rejected(delivery.Inbound, delivery.Source.SourceId, Notice.Of(Codes.NoStatusEntry), "Bundle");
        }

        var messageType = FhirMessageTypes.BundlePrefix + status.Type;

        if (status.Type == "handshake" && !IsWelcome(delivery.Source, status.SubscriptionId))
        {
            return FhirReader.Rejected(
                delivery.Inbound,
                delivery.Source.SourceId,
                Notice.Of(Codes.UnknownSubscription, "id", status.SubscriptionId),
                messageType);
        }

        var (parts, toFetch, saysOnlyThat) = Contents(delivery, bundle, entries, status);

        return new MappedMessage
        {
            Inbound = delivery.Inbound,
            SourceId = delivery.Source.SourceId,
            MessageType = messageType,
            Notification = new Notification
            {
                SubscriptionId = status.SubscriptionId,
                Type = status.Type,
                Status = status.Status,
                EventsSince = status.EventsSince,
                EventNumbers = [.. status.Events.Select(e => e.Number).OfType<long>().Distinct()],
                At = TimeOf(delivery, bundle, status),
                SaysOnlyThat = saysOnlyThat,
                ToFetch = toFetch,
            },
            Parts = parts,
        };
    }

    private static bool IsWelcome(Source source, string subscriptionId) =>
        source.AllowHandshake || source.Subscriptions.Contains(subscriptionId, StringComparer.Ordinal);

    private static DateTimeOffset? TimeOf(FhirDelivery delivery, JsonElement bundle, NotificationStatus status) =>
        status.Events.Max(e => Instant(e.Timestamp)) ?? Instant(bundle.Text("timestamp")) ?? Instant(FhirReader.Header(delivery.Inbound, FhirHeaders.Time));

    private static DateTimeOffset? Instant(string? text) => JsonTime.TryRead(text?.Trim(), TimeZoneInfo.Utc, out var moment) ? moment.Start : null;

    private static (List<MappedPart> Parts, List<(string Reference, long? EventNumber)> ToFetch, bool SaysOnlyThat) Contents(
        FhirDelivery delivery, JsonElement bundle, FhirEntries entries, NotificationStatus status)
    {
        var parts = new List<MappedPart>();
        var toFetch = new List<(string Reference, long? EventNumber)>();
        var reason = status.Type switch
        {
            "handshake" => "handshake",
            "heartbeat" => "heartbeat",
            "query-status" => "status-only",
            _ => null,
        };

        if (reason is null)
        {
            Take(delivery, bundle, entries, status, parts, toFetch);
            parts = FhirBundleReader.Distinct(parts);
            reason = ReasonForNone(status, toFetch);
        }

        if (parts.Count > 0)
        {
            return (parts, toFetch, false);
        }

        parts.Add(Ignored(delivery, bundle, status, reason));
        return (parts, toFetch, reason == QueryScheduled && toFetch.Count == 0);
    }

    private static void Take(
        FhirDelivery delivery,
        JsonElement bundle,
        FhirEntries entries,
        NotificationStatus status,
        List<MappedPart> parts,
        List<(string Reference, long? EventNumber)> toFetch)
    {
        var focused = status.Events.Where(e => e.Focus is not null).ToList();

        // Some servers list no events and simply add the resources.
        if (focused.Count == 0)
        {
            var number = status.Events is [{ Number: { } only }] ? only : (long?)null;
            parts.AddRange(entries.All.Skip(1)
                .Select(entry => FhirBundleReader.PartOf(delivery, bundle, entries, entry, number))
                .OfType<MappedPart>());
        }

        // Of several events of one resource the last one counts: what is sent, or read, is its present version.
        foreach (var (number, focus, _) in focused.Where(e => MayBeStudy(e.Focus)).GroupBy(e => e.Focus).Select(same => same.Last()))
        {
            if (entries.Find(focus!) is { } entry && FhirBundleReader.PartOf(delivery, bundle, entries, entry, number) is { } part)
            {
                parts.Add(part);
            }
            else if (FhirReference.From(focus) is not null)
            {
                toFetch.Add((focus!, number));
            }
        }
    }

    /// <summary>A <c>urn:uuid:</c> names no type; what it leads to does.</summary>
    private static bool MayBeStudy(string? focus) => FhirReference.From(focus) is null or { Type: FhirNames.ImagingStudy };

    // Nothing was sent to apply: either it has to be read from the server, or the events are about something else.
    private static string ReasonForNone(NotificationStatus status, List<(string Reference, long? EventNumber)> toFetch) =>
        toFetch.Count > 0 || !status.Events.Any(e => e.Focus is not null) ? QueryScheduled : "not-imaging";

    private static MappedPart Ignored(FhirDelivery delivery, JsonElement bundle, NotificationStatus status, string reason)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(delivery.Inbound.Body.Span))[..32];

        return new MappedPart
        {
            BaseKey = FhirKeys.OfNotification(delivery.Source.SourceId, status.SubscriptionId, status.Type, digest),
            Fingerprint = JsonCanonical.Hash(bundle),
            ReuseIsNewGeneration = true,
            IgnoredReason = reason,
        };
    }
}
