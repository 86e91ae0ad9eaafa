using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Hl7;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Bytes of an HL7 v2 message → units. Pure, and takes every input: what cannot be used is a rejection with its code.</summary>
internal static class Hl7Reader
{
    /// <param name="hash">Makes the keyed hash of a patient identifier or visit number.</param>
    public static MappedMessage Read(InboundMessage inbound, Rulebook rules, Func<string, string> hash)
    {
        if (!Hl7Envelope.TryRead(inbound, rules, out var envelope, out var rejected))
        {
            return rejected!;
        }

        return new MappedMessage
        {
            Inbound = inbound,
            SourceId = envelope!.Source.SourceId,
            MessageType = envelope.MessageType,
            Warnings = envelope.Warnings,
            Parts = [ReadPart(envelope, rules, hash)],
        };
    }

    private static MappedPart ReadPart(Hl7Envelope envelope, Rulebook rules, Func<string, string> hash)
    {
        var (kind, ignored) = MessageTypes.Classify(envelope.Type, envelope.Trigger);

        if (!ProcessingIdRule.IsAccepted(envelope))
        {
            return Part(envelope, [], null, "processing-id");
        }

        if (kind is null)
        {
            return envelope.Source.RejectUnsupported && ignored is "unsupported-type" or "unsupported-trigger"
                ? Part(envelope, [], Notice.Of(Codes.UnsupportedType, "type", envelope.MessageType), null)
                : Part(envelope, [], null, ignored);
        }

        var units = UnitsOf(kind.Value, new UnitStart(envelope, rules, hash), rules, out var missing);

        return missing is null
            ? Part(envelope, units, null, null)
            : Part(envelope, [], Notice.Of(Codes.SegmentMissing, "missing", missing, "type", envelope.MessageType), null);
    }

    private static List<UnitUpdate> UnitsOf(UnitKind kind, UnitStart start, Rulebook rules, out string? missing)
    {
        missing = null;

        switch (kind)
        {
            case UnitKind.Schedule when start.Message.Find("SCH").IsAbsent:
                missing = "SCH";
                return [];
            case UnitKind.Document when start.Message.Find("TXA").IsAbsent:
                missing = "TXA";
                return [];
            case UnitKind.PatientMerge when start.Message.Find("MRG").IsAbsent:
                missing = "MRG";
                return [];
            case UnitKind.Result when start.Message.Find("OBR").IsAbsent:
                missing = "OBR";
                return [];
            case UnitKind.Schedule:
                return [ScheduleUnit.Map(start)];
            case UnitKind.Document:
                return [DocumentUnit.Map(start)];
            case UnitKind.PatientUpdate:
                return [PatientUnits.MapUpdate(start)];
            case UnitKind.PatientMerge:
                return PatientUnits.MapMerges(start);
        }

        var groups = OrderGroup.Of(start.Message);
        missing = groups.Count == 0 ? "ORC" : null;
        return OrderUnits.Map(start, groups, kind, rules);
    }

    private static MappedPart Part(Hl7Envelope envelope, List<UnitUpdate> units, Notice? rejection, string? ignored) => new()
    {
        BaseKey = envelope.BaseKey,
        Fingerprint = envelope.Fingerprint,
        MessageTime = envelope.MessageTime?.Resolve(envelope.Source.TimeZone, envelope.MessageOffset).Start,
        ReuseAfter = envelope.Source.Idempotency == IdempotencyStrategy.ControlId ? envelope.Source.ReuseAfter : null,
        Units = units,
        Rejection = rejection,
        IgnoredReason = ignored,
    };
}
