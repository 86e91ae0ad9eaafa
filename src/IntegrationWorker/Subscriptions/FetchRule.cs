using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Subscriptions;

/// <summary>A delivery → what has to be read from its server. Pure. docs/mapping.md §7.2, §7.4.</summary>
internal static class FetchRule
{
    public static IEnumerable<FhirFetch> Of(MappedMessage message, Source? source, DateTimeOffset now) => message.ChangedReference switch
    {
        _ when source is not { IsFetched: true } => [],
        null => [],
        "" => [FhirFetch.Search(source.SourceId, "", null, now)],
        var reference => [FhirFetch.Read(source.SourceId, "", reference, now)],
    };

    public static IEnumerable<FhirFetch> Of(Notification notification, PositionRule position, Source source, DateTimeOffset now)
    {
        if (!source.IsFetched)
        {
            yield break;
        }

        foreach (var (reference, _) in notification.ToFetch)
        {
            yield return FhirFetch.Read(source.SourceId, notification.SubscriptionId, FhirReference.From(reference).ToString()!, now);
        }

        if (notification.SaysOnlyThat || position.AsksForSearch)
        {
            yield return FhirFetch.Search(
                source.SourceId, notification.SubscriptionId, position.AsksForSearch ? position.SearchSince : null, now);
        }
    }
}
