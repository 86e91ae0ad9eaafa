namespace Hl7v2;

/// <summary>Places local times on the time line: what becomes of repeated and missing hours, and of the ends of the calendar.</summary>
internal static class Hl7ZoneRule
{
    // Clocks are set forward by at least this, so a search in such steps does not jump over a gap.
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(15);

    /// <summary>Whether the clocks of the zone show this local time with this offset.</summary>
    public static bool Has(TimeZoneInfo zone, TimeSpan offset, DateTime local) =>
        zone.IsAmbiguousTime(local)
            ? zone.GetAmbiguousTimeOffsets(local).Contains(offset)
            : !zone.IsInvalidTime(local) && zone.GetUtcOffset(local) == offset;

    /// <summary>The instants of a value, in a fixed offset or, if that is null, in a zone.</summary>
    public static Hl7Interval Interval(Hl7DateTime value, TimeZoneInfo zone, TimeSpan? fixedOffset)
    {
        DateTimeOffset Place(DateTime local) => fixedOffset is { } offset ? Instant(local, offset) : InZone(local, zone);

        var start = Place(value.Local);

        // A day is as long as its calendar says, 23 hours in spring; hours and less are lengths of time.
        var end = value.Precision <= Hl7Precision.Day
            ? Place(NextDate(value))
            : Add(start, Length(value));
        return new Hl7Interval(start, end);
    }

    private static DateTimeOffset InZone(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsAmbiguousTime(local))
        {
            return Instant(local, zone.GetAmbiguousTimeOffsets(local).Max()); // the larger offset is the earlier instant
        }

        if (!zone.IsInvalidTime(local))
        {
            return Instant(local, zone.GetUtcOffset(local));
        }

        var before = local;
        while (zone.IsInvalidTime(before))
        {
            before -= Step;
        }

        // With the offset from before the gap, the instant is as far behind the gap's start as the sender's clock was.
        return TimeZoneInfo.ConvertTime(Instant(local, zone.GetUtcOffset(before)), zone);
    }

    private static DateTimeOffset Instant(DateTime local, TimeSpan offset)
    {
        var whole = TimeSpan.FromMinutes(Math.Truncate(offset.TotalMinutes)); // zones had seconds before there were railways
        var ticks = local.Ticks - whole.Ticks;
        return ticks < DateTimeOffset.MinValue.Ticks ? DateTimeOffset.MinValue
            : ticks > DateTimeOffset.MaxValue.Ticks ? DateTimeOffset.MaxValue
            : new DateTimeOffset(local, whole);
    }

    private static DateTimeOffset Add(DateTimeOffset start, TimeSpan length) =>
        start.DateTime > DateTime.MaxValue - length || start.UtcDateTime > DateTime.MaxValue - length
            ? DateTimeOffset.MaxValue
            : start + length;

    private static DateTime NextDate(Hl7DateTime value)
    {
        var last = DateTime.MaxValue;
        return value.Precision switch
        {
            Hl7Precision.Year => value.Local.Year == last.Year ? last : value.Local.AddYears(1),
            Hl7Precision.Month => value.Local > last.AddMonths(-1) ? last : value.Local.AddMonths(1),
            _ => value.Local > last.AddDays(-1) ? last : value.Local.AddDays(1),
        };
    }

    private static TimeSpan Length(Hl7DateTime value) => value.Precision switch
    {
        Hl7Precision.Hour => TimeSpan.FromHours(1),
        Hl7Precision.Minute => TimeSpan.FromMinutes(1),
        _ => TimeSpan.FromSeconds(1) / Math.Pow(10, value.FractionDigits),
    };
}
