using System.Security.Cryptography;
using System.Text;
using IntegrationWorker.Decoding;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>An ImagingStudy is gone on its server → one part with one unit. docs/mapping.md §7.5.</summary>
internal static class FhirDeleteMapper
{
    private const string Location = "fhir-interaction";

    /// <param name="time">When it was deleted, as sent; null or unreadable: the time of receipt.</param>
    public static MappedPart Map(FhirDelivery delivery, string id, string? time, long? eventNumber = null)
    {
        var warnings = new List<Notice>();
        var clock = SourceClock.Read(time?.Trim(), "fhir-time", null, delivery.Inbound, delivery.Source, warnings);
        var keyTime = JsonTime.TryRead(time?.Trim(), delivery.Source.TimeZone, out _) ? time!.Trim() : clock.SourceTime;
        var key = FhirKeys.OfDelete(delivery.Source.SourceId, FhirNames.ImagingStudy, id, keyTime);

        return new MappedPart
        {
            BaseKey = key,
            Fingerprint = SHA256.HashData(Encoding.UTF8.GetBytes(key)),
            ReuseIsNewGeneration = true,
            IgnoredReason = delivery.Source.FhirOnDelete == "ignore" ? "nothing-asserted" : null,
            Units = delivery.Source.FhirOnDelete == "ignore" ? [] : [Unit(delivery, id, key, clock, eventNumber, warnings)],
        };
    }

    private static UnitUpdate Unit(
        FhirDelivery delivery, string id, string key, SourceClock clock, long? eventNumber, List<Notice> warnings)
    {
        var name = $"{FhirNames.ImagingStudy}/{id}";

        return new UnitUpdate
        {
            Number = 1,
            Kind = UnitKind.FhirDelete,
            SourceId = delivery.Source.SourceId,
            MessageKey = key,
            MessageType = FhirNames.ImagingStudyDelete,
            Identity = new Identity { FhirResource = new Identifier(name, delivery.Source.SourceId) },
            Clock = clock.Clock,
            SourceTime = clock.SourceTime,
            // The other keys of this source go: the record is gone there. The examination is not.
            SnapshotPrefix = FhirNames.KeyPrefix,
            Metadata =
            {
                [FhirNames.IdKey] = new Asserted(name, "fhir-url"),
                [FhirNames.StatusKey] = new Asserted("deleted", Location),
            },
            Signal = delivery.Source.FhirOnDelete == "cancel" ? Signal.Cancel : Signal.None,
            SignalLocation = Location,
            EventNumber = eventNumber,
            CorrelationId = delivery.Inbound.CorrelationId,
            CausationId = delivery.Inbound.DeliveryId,
            Warnings = warnings,
        };
    }
}
