using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Decoding.Commands;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Commands;

/// <summary>The data of a command → its unit, or everything that is wrong with it.</summary>
internal static class CommandUnit
{
    private const string Operation = "operation";
    private const string Patch = "patch";
    private const string ExpectedVersion = "expectedVersion";
    private const string Reason = "reason";
    private const string Time = "time";

    public static (UnitUpdate Unit, List<Notice> Faults) Map(
        InboundMessage inbound, CommandEnvelope envelope, string key, Source source, Rulebook rules)
    {
        var data = envelope.Data;
        var found = new List<Notice>();
        var faults = new CommandFaults(found, envelope.DataPointer);
        RefuseOthers(data, faults);

        var (clock, hasTime, warnings) = ClockOf(inbound, envelope, source, found, faults);
        var unit = new UnitUpdate
        {
            Number = 1,
            Kind = UnitKind.Command,
            SourceId = source.SourceId,
            MessageKey = key,
            MessageType = StudyUpdateRequested.EventType,
            Identity = StudyReferenceRule.Read(data, source, faults),
            Clock = clock.Clock,
            SourceTime = clock.SourceTime,
            NeverSuperseded = !hasTime,
            ExpectedVersion = VersionOf(data, faults),
            Reason = ReasonOf(data, faults),
            CorrelationId = inbound.CorrelationId ?? envelope.CorrelationId,
            CausationId = inbound.DeliveryId,
            Warnings = warnings,
        };

        ApplyOperation(data, source, rules, unit, faults);

        return (unit, found);
    }

    private static void RefuseOthers(JsonElement data, CommandFaults faults)
    {
        foreach (var member in data.EnumerateObject())
        {
            if (member.Name is not ("study" or Operation or Patch or ExpectedVersion or Reason or Time))
            {
                faults.NotAllowed(member.Name);
            }
        }
    }

    private static void ApplyOperation(JsonElement data, Source source, Rulebook rules, UnitUpdate unit, CommandFaults faults)
    {
        var hasPatch = data.TryGetValue(Patch, out var patch);
        var operation = data.TryGetValue(Operation, out var sent) ? sent.Text() : "update";
        unit.SignalLocation = faults.Location(Operation);

        switch (operation)
        {
            case null:
                faults.Invalid(Operation);
                break;
            case "update" when !hasPatch:
                faults.Null(Patch);
                break;
            case "update" when patch.ValueKind != JsonValueKind.Object:
                faults.Invalid(Patch);
                break;
            case "update":
                PatchRule.Apply(patch, source, rules, unit, faults.In(Patch));
                unit.IgnoredReason = patch.EnumerateObject().Any() ? null : "nothing-asserted";
                break;
            case "cancel" or "uncancel" when hasPatch:
                faults.NotAllowed(Patch);
                break;
            case "cancel":
                unit.Signal = Signal.Cancel;
                break;
            case "uncancel":
                unit.Signal = Signal.Active;
                break;
            default:
                faults.Add(Notice.Of(
                    Codes.UnknownOperation, Operation, CommandFaults.Short(operation), "location", faults.Location(Operation)));
                break;
        }
    }

    private static long? VersionOf(JsonElement data, CommandFaults faults)
    {
        if (!data.TryGetValue(ExpectedVersion, out var sent))
        {
            return null;
        }

        if (sent.ValueKind == JsonValueKind.Number && sent.TryGetInt64(out var version) && version > 0)
        {
            return version;
        }

        faults.Invalid(ExpectedVersion);
        return null;
    }

    private static string? ReasonOf(JsonElement data, CommandFaults faults)
    {
        if (!data.TryGetValue(Reason, out var sent))
        {
            return null;
        }

        if (sent.Text() is { Length: <= MetadataLimits.ValueLengthMax } reason)
        {
            return reason;
        }

        faults.Invalid(Reason);
        return null;
    }

    /// <summary>The time of the event, else of the command, else of receipt; a command without a time is never too late.</summary>
    private static (SourceClock Clock, bool HasTime, List<Notice> Warnings) ClockOf(
        InboundMessage inbound, CommandEnvelope envelope, Source source, List<Notice> found, CommandFaults faults)
    {
        var inEvent = envelope.Time.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
        var location = inEvent ? "/time" : faults.Location(Time);
        var warnings = new List<Notice>();

        if (!inEvent && !envelope.Data.TryGetValue(Time, out _))
        {
            return (SourceClock.AtReceipt(inbound), false, warnings);
        }

        var text = (inEvent ? envelope.Time : envelope.Data.Member(Time)).Text()?.Trim();

        // RFC 3339: without an offset nobody knows which instant was meant.
        if (!JsonTime.TryRead(text, zone: null, out _))
        {
            found.Add(Notice.Of(Codes.MemberInvalid, "member", Time, "location", location));
            return (SourceClock.AtReceipt(inbound), false, warnings);
        }

        return (SourceClock.Read(text, location, null, inbound, source, warnings), true, warnings);
    }
}
