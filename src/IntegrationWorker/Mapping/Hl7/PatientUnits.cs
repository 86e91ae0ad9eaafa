using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>ADT → class and place for all studies of a patient, or one link change per merged pair. docs/mapping.md §2.7, §3.9.</summary>
internal static class PatientUnits
{
    public static UnitUpdate MapUpdate(UnitStart start)
    {
        var reader = start.WholeReader();
        var unit = start.Begin(reader, UnitKind.PatientUpdate);
        MetadataRule.MapVisit(reader, unit);
        FurtherKeysRule.MapPatient(reader, unit);
        FurtherKeysRule.MapVisit(reader, unit);

        if (unit.Metadata.Count == 0)
        {
            unit.IgnoredReason = "nothing-asserted";
        }

        return unit;
    }

    /// <summary>Each PID with the MRG that follows it is one pair; pairs are not mixed.</summary>
    public static List<UnitUpdate> MapMerges(UnitStart start)
    {
        var units = new List<UnitUpdate>();
        var patient = 0;

        for (var index = 0; index < start.Message.Count; index++)
        {
            var segment = start.Message[index];

            if (segment.Is("PID"))
            {
                patient = index;
            }
            else if (segment.Is("MRG"))
            {
                units.Add(MapMerge(start, units.Count + 1, patient, segment));
                patient = 0;
            }
        }

        return units;
    }

    private static UnitUpdate MapMerge(UnitStart start, int number, int patient, Hl7Segment prior)
    {
        var group = new OrderGroup(start.Message, number) { PatientIndex = patient };

        if (start.Message.IndexOf("EVN") is >= 0 and var evn)
        {
            group.Others.Add(evn);
        }

        var reader = start.Reader(group);
        var unit = start.Begin(reader, UnitKind.PatientMerge);
        unit.PriorPatientKeys = start.Keys(reader, prior[1]);

        if (patient == 0)
        {
            unit.Rejection = Notice.Of(Codes.SegmentMissing, "missing", "PID", "type", start.Envelope.MessageType);
        }
        else if (unit.PatientKeys.Count == 0 || unit.PriorPatientKeys.Count == 0)
        {
            unit.IgnoredReason = "nothing-asserted";
        }

        return unit;
    }
}
