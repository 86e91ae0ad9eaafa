namespace Hl7v2;

/// <summary>Places local times on the time line: what becomes of repeated and missing hours, and of the ends of the calendar.</summary>
internal static class Hl7ZoneRule
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Whether the clocks of the zone show this local time with this offset.</summary>
    public static bool Has(TimeZoneInfo zone, TimeSpan offset, DateTime local) => OffsetAt(zone, local, offset) == offset;

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

    // Only instants are looked up. The platform's answers for local times ("ambiguous", "invalid") are wrong in zones that go
    // back in winter instead of forward in summer, such as Europe/Dublin.
    private static DateTimeOffset InZone(DateTime local, TimeZoneInfo zone)
    {
        var before = OffsetAt(zone, local, Day);
        var after = OffsetAt(zone, local, -Day);

        // The larger offset is the earlier instant.
        foreach (var offset in (ReadOnlySpan<TimeSpan>)[Max(before, after), Min(before, after)])
        {
            if (Has(zone, offset, local))
            {
                return Instant(local, offset);
            }
        }

        return Instant(local + (after - before), after); // in a gap, and moved forward by it
    }

    /// <summary>The offset of the zone at the instant at which clocks with <paramref name="clock"/> as their offset show this time.</summary>
    private static TimeSpan OffsetAt(TimeZoneInfo zone, DateTime local, TimeSpan clock)
    {
        var ticks = Math.Clamp(local.Ticks - clock.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        return zone.GetUtcOffset(new DateTime(ticks, DateTimeKind.Utc));
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static DateTimeOffset Instant(DateTime local, TimeSpan offset)
    {
        var ticks = local.Ticks - offset.Ticks;
        return ticks < DateTimeOffset.MinValue.Ticks ? DateTimeOffset.MinValue
            : ticks > DateTimeOffset.MaxValue.Ticks ? DateTimeOffset.MaxValue
            : new DateTimeOffset(local, offset);
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
