using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>The keys of the free map that have no rule of their own. docs/mapping.md §3.8.</summary>
internal static class MetadataRule
{
    /// <summary>What an order that is not cancelled says.</summary>
    public static void MapOrder(GroupReader reader, UnitUpdate unit, ProcedureUpdate procedure)
    {
        MapAccession(reader, unit);
        MapRequestedProcedureId(reader, procedure);
        Set(unit, MetadataKeys.StationAeTitle, reader.Value(MetadataKeys.StationAeTitle, new Hl7FieldAddress("IPC", 9)));
        Set(unit, MetadataKeys.ScheduledAt, ScheduleRule.Map(reader));
    }

    public static void MapAccession(GroupReader reader, UnitUpdate unit)
    {
        const string key = MetadataKeys.AccessionNumber;

        if (IdentityRule.Accession(reader, out var location) is { } accession)
        {
            if (MetadataLimits.Fit(key, accession.Value, reader.Warnings) is { } value)
            {
                unit.Metadata[key] = new Asserted(value, location!);
            }
        }
        else if (location is not null)
        {
            reader.Warn(Notice.Of(Codes.IdentityKeyNull, "field", key, "location", location));
        }
    }

    /// <summary>The reason of a cancel or a hold: a code, the text is for people.</summary>
    public static void MapStatusReason(GroupReader reader, UnitUpdate unit) =>
        Set(unit, MetadataKeys.StatusReason, reader.Value(MetadataKeys.StatusReason, new Hl7FieldAddress("ORC", 16, 1)));

    /// <summary>Class and place of the patient. RAD-13 forbids PV1 in other messages than new orders.</summary>
    public static void MapVisit(GroupReader reader, UnitUpdate unit)
    {
        Set(unit, MetadataKeys.PatientClass, reader.Value(MetadataKeys.PatientClass, new Hl7FieldAddress("PV1", 2)));
        Set(unit, MetadataKeys.PatientLocation, reader.Value(MetadataKeys.PatientLocation, new Hl7FieldAddress("PV1", 3, 1)));
        Set(unit, MetadataKeys.PatientFacility, reader.Value(MetadataKeys.PatientFacility, new Hl7FieldAddress("PV1", 3, 4, 1)));
    }

    public static void Set(UnitUpdate unit, string key, Asserted? asserted)
    {
        if (asserted is not null)
        {
            unit.Metadata[key] = asserted;
        }
    }

    private static void MapRequestedProcedureId(GroupReader reader, ProcedureUpdate procedure)
    {
        const string key = ProcedureFacts.RequestedProcedureId;

        if (ProcedureKeyRule.RequestedProcedureId(reader) is not { } asserted)
        {
            return;
        }

        if (asserted.Value is null)
        {
            reader.Warn(Notice.Of(Codes.IdentityKeyNull, "field", key, "location", asserted.Location));
        }
        else
        {
            procedure.Facts[key] = asserted;
        }
    }
}
