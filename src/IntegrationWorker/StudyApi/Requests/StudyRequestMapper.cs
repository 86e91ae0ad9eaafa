using IntegrationWorker.Decoding;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Commands;
using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi.Requests;

/// <summary>A write through the study API → one unit, a command in all but its form. docs/mapping.md §4.5, §6.4.</summary>
internal static class StudyRequestMapper
{
    public static MappedMessage Read(InboundMessage inbound, StudyRequest request)
    {
        var key = $"cmd/{Uri.EscapeDataString(request.Source.SourceId)}/{MessageKeys.Escape(request.Key)}";

        return new MappedMessage
        {
            Inbound = inbound,
            SourceId = request.Source.SourceId,
            MessageType = TypeOf(request.Operation),
            Parts = [new MappedPart { BaseKey = key, Fingerprint = request.Fingerprint, Units = [UnitOf(inbound, request, key)] }],
        };
    }

    public static string TypeOf(StudyOperation operation) => operation switch
    {
        StudyOperation.Create => "study-api/create",
        StudyOperation.Patch => "study-api/patch",
        StudyOperation.Cancel => "study-api/cancel",
        _ => "study-api/uncancel",
    };

    private static UnitUpdate UnitOf(InboundMessage inbound, StudyRequest request, string key)
    {
        var clock = SourceClock.AtReceipt(inbound);
        var creation = request.Creation;
        var unit = new UnitUpdate
        {
            Number = 1,
            Kind = UnitKind.Command,
            SourceId = request.Source.SourceId,
            MessageKey = key,
            MessageType = TypeOf(request.Operation),
            Identity = new Identity
            {
                StudyId = request.Reference?.StudyId,
                StudyInstanceUid = request.Reference?.StudyInstanceUid ?? creation?.StudyInstanceUid,
            },
            Clock = clock.Clock,
            SourceTime = clock.SourceTime,
            NeverSuperseded = true,
            Terms = new RequestTerms(creation is not null, request.Versions),
            MayCreate = creation is not null,
            OrgIdAtCreation = creation?.OrgId,
            ExpressCustomerId = creation?.ExpressCustomerId,
            Signal = request.Operation switch
            {
                StudyOperation.Cancel => Signal.Cancel,
                StudyOperation.Uncancel => Signal.Active,
                _ => Signal.None,
            },
            CorrelationId = inbound.CorrelationId,
            CausationId = inbound.DeliveryId,
        };

        if (creation is not null)
        {
            Add(unit, creation);
        }
        else if (request.Patch is { } patch)
        {
            Add(unit, patch);
        }

        return unit;
    }

    private static void Add(UnitUpdate unit, StudyCreation creation)
    {
        Set(unit, FieldNames.StudyDescription, creation.StudyDescription);
        Set(unit, FieldNames.Severity, creation.Severity);

        if (creation.AssignedTo is { } userId)
        {
            unit.Assignment = new Assignment(userId, null, "/assignedTo");
        }

        foreach (var (key, value) in creation.Metadata)
        {
            unit.Metadata[key] = new Asserted(value, PlaceOf(key));
        }
    }

    private static void Add(UnitUpdate unit, StudyPatch patch)
    {
        Set(unit, FieldNames.StudyDescription, patch.StudyDescription);
        Set(unit, FieldNames.Severity, patch.Severity);
        Set(unit, FieldNames.StudyViewerStatus, patch.StudyViewerStatus);

        if (patch.AssignedTo is { } assignment)
        {
            unit.Assignment = new Assignment(assignment.Value, null, "/assignedTo");
        }

        if (patch.OrgId is { } org)
        {
            unit.Fields[FieldNames.OrgId] = new Asserted(org.Value, "/orgId");
        }

        unit.ClearMetadata = patch.ClearsMetadata;

        foreach (var (key, value) in patch.Metadata)
        {
            if (value is null && MetadataLimits.IsIdentityKey(key))
            {
                unit.Warnings.Add(Notice.Of(Contracts.Codes.IdentityKeyNull, "field", key, "location", PlaceOf(key)));
            }
            else
            {
                unit.Metadata[key] = new Asserted(value, PlaceOf(key));
            }
        }
    }

    private static void Set(UnitUpdate unit, string field, string? value)
    {
        if (value is not null)
        {
            unit.Fields[field] = new Asserted(value, $"/{field}");
        }
    }

    private static string PlaceOf(string key) => JsonMembers.Pointer($"/{MetadataPatchRule.Member}", key);
}
