using System.Text.Json;
using IntegrationWorker.Decoding;
using IntegrationWorker.Decoding.Fhir;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>A Bundle: a notification when its first entry is a status, else a collection of resources.</summary>
internal static class FhirBundleReader
{
    public static MappedMessage Read(FhirDelivery delivery, JsonElement bundle)
    {
        var entries = FhirEntries.Of(bundle);
        var type = bundle.Text("type") ?? "";

        if (IsNotification(delivery, type, entries))
        {
            return FhirNotificationReader.Read(delivery, bundle, entries);
        }

        return new MappedMessage
        {
            Inbound = delivery.Inbound,
            SourceId = delivery.Source.SourceId,
            MessageType = FhirMessageTypes.BundlePrefix + (type.Length is > 0 and <= 32 ? type : "collection"),
            Parts = Parts(delivery, bundle, entries),
        };
    }

    /// <summary>The part of an entry; null when it is not about an ImagingStudy or has nothing to read.</summary>
    internal static MappedPart? PartOf(
        FhirDelivery delivery, JsonElement bundle, FhirEntries entries, FhirEntry entry, long? eventNumber = null)
    {
        if (entry.Type == FhirNames.ImagingStudy && !entry.IsDelete)
        {
            return ImagingStudyMapper.Map(delivery, entry.Resource, entries, entry.Target?.Id, eventNumber);
        }

        return entry is { IsDelete: true, Target: { Type: FhirNames.ImagingStudy, Id.Length: <= FhirKeys.PartCharactersMax } target }
            ? FhirDeleteMapper.Map(delivery, target.Id, DeletedAt(delivery, bundle, entry), eventNumber)
            : null;
    }

    /// <summary>Without what came twice: one version of a resource is one part, however many entries or events brought it.</summary>
    internal static List<MappedPart> Distinct(IEnumerable<MappedPart> parts) =>
        [.. parts
            .GroupBy(part => (part.BaseKey, Convert.ToHexStringLower(part.Fingerprint)))
            .Select(same => same.Last())];

    // A history Bundle without a status is a plain history. What was sent as a notification has to have one, unless its type says
    // that it is something else; and answers to $events come as any type.
    private static bool IsNotification(FhirDelivery delivery, string type, FhirEntries entries)
    {
        var isSentAsOne = FhirReader.Header(delivery.Inbound, FhirHeaders.Interaction) == "notify";
        var hasStatus = entries.All.Count > 0 && entries.All[0].Type is "Parameters" or "SubscriptionStatus";

        return type switch
        {
            "subscription-notification" => true,
            "history" => isSentAsOne || hasStatus || entries.All.Count == 0,
            "" => isSentAsOne,
            _ => isSentAsOne && hasStatus,
        };
    }

    private static List<MappedPart> Parts(FhirDelivery delivery, JsonElement bundle, FhirEntries entries)
    {
        var parts = Distinct(entries.All.Select(entry => PartOf(delivery, bundle, entries, entry)).OfType<MappedPart>());

        if (parts.Count == 0)
        {
            parts.Add(Nothing(delivery, bundle, entries.All.Count == 0 ? "nothing-asserted" : "not-imaging"));
        }

        return parts;
    }

    private static MappedPart Nothing(FhirDelivery delivery, JsonElement bundle, string reason) => new()
    {
        BaseKey = MappedPart.RawKey(delivery.Inbound.Body.Span),
        Fingerprint = JsonCanonical.Hash(bundle),
        ReuseIsNewGeneration = true,
        IgnoredReason = reason,
    };

    private static string? DeletedAt(FhirDelivery delivery, JsonElement bundle, FhirEntry entry) =>
        entry.LastModified ?? bundle.Text("timestamp") ?? FhirReader.Header(delivery.Inbound, FhirHeaders.Time);
}
