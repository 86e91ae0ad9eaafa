using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Validation;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>One ImagingStudy → one part with one unit. docs/mapping.md §3.10.</summary>
internal static class ImagingStudyMapper
{
    private const string ClockLocation = "ImagingStudy.meta.lastUpdated";

    // By element, so that an element of the wrong shape can be named when it costs the message.
    private static readonly (string Element, Action<ImagingStudy, ImagingStudyUnit> Apply)[] _rules =
    [
        ("ImagingStudy.identifier", IdentityRule.Apply),
        ("ImagingStudy.basedOn", SeverityRule.Apply),
        ("ImagingStudy.status", StatusRule.Apply),
        ("ImagingStudy.description", DescriptionRule.Apply),
        ("ImagingStudy.modality", ModalityRule.Apply),
        ("ImagingStudy.started", StartedRule.Apply),
        ("ImagingStudy.numberOfSeries", CountsRule.Apply),
        ("ImagingStudy.interpreter", InterpreterRule.Apply),
    ];

    /// <param name="resource">The resource's JSON.</param>
    /// <param name="entries">Where ServiceRequests are looked for.</param>
    /// <param name="idElsewhere">The id that a URL gives it, for a resource that has none itself.</param>
    /// <param name="eventNumber">Number of the event that brought it, or null.</param>
    public static MappedPart Map(
        FhirDelivery delivery, JsonElement resource, FhirEntries entries, string? idElsewhere = null, long? eventNumber = null)
    {
        var raw = JsonMarshal.GetRawUtf8Value(resource);
        var element = "ImagingStudy";

        try
        {
            if (FhirResources.ReadImagingStudy(resource) is not { } study)
            {
                return MappedPart.RejectedRaw(raw, Notice.Of(Codes.NotFhir, "element", element));
            }

            element = "ImagingStudy.id";
            var id = study.IdElement.Clean() ?? idElsewhere;

            if (id?.Length > FhirKeys.PartCharactersMax)
            {
                return MappedPart.RejectedRaw(raw, Notice.Of(Codes.NotFhir, "element", element));
            }

            element = "ImagingStudy.basedOn";
            var fingerprint = Fingerprint(resource, SeverityRule.Priorities(study, entries));
            element = "ImagingStudy.meta";
            var meta = FhirMeta.From(study.Meta);
            var key = FhirKeys.OfResource(
                delivery.Source.SourceId, FhirNames.ImagingStudy, id, meta.KeyVersion ?? Convert.ToHexStringLower(fingerprint));

            if (meta.IsTestData)
            {
                return Part(key, fingerprint, ignoredReason: "test-data");
            }

            var unit = Unit(delivery, entries, id, meta, key, eventNumber);

            foreach (var rule in _rules)
            {
                element = rule.Element;
                rule.Apply(study, unit);
            }

            return Part(key, fingerprint, Finish(unit, meta));
        }
        catch (CodedValidationException)
        {
            return MappedPart.RejectedRaw(raw, Notice.Of(Codes.NotFhir, "element", element, "location", element));
        }
    }

    private static ImagingStudyUnit Unit(
        FhirDelivery delivery, FhirEntries entries, string? id, FhirMeta meta, string key, long? eventNumber)
    {
        var warnings = new List<Notice>();
        var clock = SourceClock.Read(meta.LastUpdated, ClockLocation, meta.Sequence, delivery.Inbound, delivery.Source, warnings);

        return new ImagingStudyUnit
        {
            Delivery = delivery,
            Entries = entries,
            Id = id,
            Update = new UnitUpdate
            {
                Number = 1,
                Kind = UnitKind.FhirResource,
                SourceId = delivery.Source.SourceId,
                MessageKey = key,
                MessageType = FhirNames.ImagingStudy,
                Clock = clock.Clock,
                SourceTime = clock.SourceTime,
                SnapshotPrefix = meta.IsSubsetted ? null : FhirNames.KeyPrefix,
                OrgIdAtCreation = delivery.Source.FirstOrgId,
                EventNumber = eventNumber,
                CorrelationId = delivery.Inbound.CorrelationId,
                CausationId = delivery.Inbound.DeliveryId,
                Warnings = warnings,
            },
        };
    }

    private static UnitUpdate Finish(ImagingStudyUnit unit, FhirMeta meta)
    {
        var update = unit.Update;

        if (unit.Id is { } id)
        {
            unit.Set(FhirNames.IdKey, $"{FhirNames.ImagingStudy}/{id}", "ImagingStudy.id");
        }

        if (meta.IsSubsetted)
        {
            unit.Warn(Notice.Of(Codes.Subsetted));
        }

        update.MayCreate = unit.Source.FhirCreates
            && update.Identity.StudyInstanceUid is { } uid
            && DicomUid.IsValid(uid)
            && update.Fields.ContainsKey(FieldNames.StudyDescription)
            && update.Signal != Signal.Cancel;

        return update;
    }

    private static MappedPart Part(string key, byte[] fingerprint, UnitUpdate? unit = null, string? ignoredReason = null) => new()
    {
        BaseKey = key,
        Fingerprint = fingerprint,
        ReuseIsNewGeneration = true,
        Units = unit is null ? [] : [unit],
        IgnoredReason = ignoredReason,
    };

    // Without meta, which a server may rewrite; with the priorities of requests that are not part of the resource.
    private static byte[] Fingerprint(JsonElement resource, List<string> priorities)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonCanonical.Write(resource, exceptMember: "meta").Span);

        foreach (var priority in priorities)
        {
            hash.AppendData(Encoding.UTF8.GetBytes("\n" + priority));
        }

        return hash.GetHashAndReset();
    }
}
