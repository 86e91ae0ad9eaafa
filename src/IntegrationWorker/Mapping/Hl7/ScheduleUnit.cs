using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>SIU → appointment status and time; an appointment is not an order, so nothing else. docs/mapping.md §3.9, table 0206.</summary>
internal static class ScheduleUnit
{
    private const string Status = "SCH-25";
    private const string Trigger = "MSH-9";

    public static UnitUpdate Map(UnitStart start)
    {
        var reader = start.WholeReader();
        var unit = start.Begin(reader, UnitKind.Schedule);
        SingleStudyRule.Map(reader, unit, filler: new("SCH", 27), placer: new("SCH", 26));

        switch (start.Envelope.Trigger)
        {
            case "S15":
                Ended(unit, "cancelled");
                break;
            case "S16":
                Ended(unit, "discontinued");
                break;
            case "S17":
                Ended(unit, "deleted");
                break;
            case "S26":
                unit.Metadata[MetadataKeys.AppointmentStatus] = new Asserted("noshow", Trigger);
                break;
            case var trigger:
                unit.Metadata[MetadataKeys.AppointmentStatus] = StatusOf(reader, trigger);
                MetadataRule.Set(unit, MetadataKeys.ScheduledAt, Time(reader));
                break;
        }

        return unit;
    }

    private static void Ended(UnitUpdate unit, string status)
    {
        unit.Metadata[MetadataKeys.AppointmentStatus] = new Asserted(status, Trigger);
        unit.Metadata[MetadataKeys.ScheduledAt] = new Asserted(null, Trigger);
    }

    private static Asserted StatusOf(GroupReader reader, string trigger)
    {
        if (reader.Value(MetadataKeys.AppointmentStatus, new Hl7FieldAddress("SCH", 25)) is { Value: { } sent })
        {
            return new Asserted(sent.ToLowerInvariant(), Status);
        }

        return new Asserted(trigger switch { "S12" => "booked", "S13" => "rescheduled", _ => "modified" }, Trigger);
    }

    /// <summary>The earliest service that takes place, else the start of the appointment.</summary>
    private static Asserted? Time(GroupReader reader)
    {
        Hl7DateTime? earliest = null;
        var groupCounts = true;
        string? nullAt = null;

        foreach (var index in reader.Group.Others)
        {
            var segment = reader.Message[index];

            if (segment.Is("RGS"))
            {
                groupCounts = Counts(reader.Code(segment[2]));
            }
            else if (segment.Is("AIS") && groupCounts && Counts(reader.Code(segment[2])))
            {
                earliest = Earlier(reader, earliest, segment[4], ref nullAt);
            }
        }

        return earliest is { } service ? new Asserted(Text(reader, service), "AIS-4") : OfAppointment(reader, nullAt);
    }

    /// <summary>Table 0206: added and updated ones count; deleted ones do not, and X says nothing.</summary>
    private static bool Counts(string action) => action is not ("D" or "X");

    private static Hl7DateTime? Earlier(GroupReader reader, Hl7DateTime? earliest, Hl7Field field, ref string? nullAt)
    {
        if (reader.IsNull(field))
        {
            nullAt ??= "AIS-4";
            return earliest;
        }

        if (!field.Component(1).HasValue)
        {
            return earliest;
        }

        if (!Hl7DateTime.TryParse(field.Component(1).Raw, out var time))
        {
            reader.Warn(Notice.Of(Codes.InvalidTime, "location", "AIS-4"));
            return earliest;
        }

        return earliest is { } known && Start(reader, known) <= Start(reader, time) ? known : time;
    }

    private static Asserted? OfAppointment(GroupReader reader, string? nullAt)
    {
        const string location = "SCH-11.4";
        var timing = reader.First(new Hl7FieldAddress("SCH", 11, 4));

        if (timing.Subcomponent(1).HasValue && reader.Time(timing.Subcomponent(1), location) is { } text)
        {
            return new Asserted(text, location);
        }

        nullAt ??= reader.IsNull(timing) || reader.IsNull(reader.First(new Hl7FieldAddress("SCH", 11))) ? location : null;
        return nullAt is null ? null : new Asserted(null, nullAt);
    }

    private static DateTimeOffset Start(GroupReader reader, Hl7DateTime time) =>
        time.Resolve(reader.Source.TimeZone, reader.Envelope.MessageOffset).Start;

    private static string Text(GroupReader reader, Hl7DateTime time) => time.ToRfc3339(reader.Source.TimeZone, reader.Envelope.MessageOffset);
}
