using Hl7v2;
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

        var start = new UnitStart(envelope, rules, hash);

        return MissingSegment(kind.Value, envelope.Message) is { } missing
            ? Part(envelope, [], Notice.Of(Codes.SegmentMissing, "missing", missing, "type", envelope.MessageType), null)
            : Part(envelope, UnitsOf(kind.Value, start, rules), null, null);
    }

    /// <summary>The segment without which the message says nothing that can be used; null when it is there.</summary>
    private static string? MissingSegment(UnitKind kind, Hl7Message message)
    {
        var needed = kind switch
        {
            UnitKind.Order when message.Find("OBR").IsAbsent => "ORC", // An order is an ORC, an OBR or both.
            UnitKind.Result => "OBR",
            UnitKind.Schedule => "SCH",
            UnitKind.Document => "TXA",
            UnitKind.PatientMerge => "MRG",
            _ => null,
        };

        return needed is not null && message.Find(needed).IsAbsent ? needed : null;
    }

    private static List<UnitUpdate> UnitsOf(UnitKind kind, UnitStart start, Rulebook rules) => kind switch
    {
        UnitKind.Schedule => [ScheduleUnit.Map(start)],
        UnitKind.Document => [DocumentUnit.Map(start)],
        UnitKind.PatientUpdate => [PatientUnits.MapUpdate(start)],
        UnitKind.PatientMerge => PatientUnits.MapMerges(start),
        _ => OrderUnits.Map(start, OrderGroup.Of(start.Message), kind, rules),
    };

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
