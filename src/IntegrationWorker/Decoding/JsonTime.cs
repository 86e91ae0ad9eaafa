using System.Globalization;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Decoding;

/// <summary>A FHIR dateTime or RFC 3339 text as the stretch of time it means.</summary>
internal static class JsonTime
{
    /// <summary>Reads <c>2026</c> up to <c>2026-03-02T15:30:00.120Z</c>.</summary>
    /// <param name="zone">Where a text without offset was written; null: such a text is not read.</param>
    public static bool TryRead(string? text, TimeZoneInfo? zone, out Moment moment)
    {
        moment = default;

        if (text is null || !TryReadOffset(text, out var local, out var offset) || (offset is null && zone is null))
        {
            return false;
        }

        if (!TryReadLocal(local, out var start, out var width))
        {
            return false;
        }

        var used = offset ?? TimeSpan.FromMinutes(Math.Truncate(zone!.GetUtcOffset(start).TotalMinutes));

        // The ends of the calendar are nobody's message time, and an offset would carry them out of it.
        if (start.Year is < 2 or > 9998 || used.Duration() > TimeSpan.FromHours(14))
        {
            return false;
        }

        moment = new Moment(new DateTimeOffset(start, used), width);

        return true;
    }

    /// <summary>A UTC instant as it is shown: seconds, and milliseconds where there are some.</summary>
    public static string Show(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    private static bool TryReadOffset(string text, out ReadOnlySpan<char> local, out TimeSpan? offset)
    {
        local = text;
        offset = null;

        if (local.Length < 16)
        {
            return true; // A date, or nothing that could have an offset.
        }

        if (local[^1] is 'Z' or 'z')
        {
            local = local[..^1];
            offset = TimeSpan.Zero;

            return true;
        }

        if (local[^6] is not ('+' or '-') || local.Length < 22)
        {
            return true;
        }

        var sign = local[^6] == '-' ? -1 : 1;
        var known = TimeSpan.TryParseExact(local[^5..], @"hh\:mm", CultureInfo.InvariantCulture, out var size);
        offset = sign * size;
        local = local[..^6];

        return known;
    }

    private static bool TryReadLocal(ReadOnlySpan<char> local, out DateTime start, out TimeSpan width)
    {
        width = default;
        var dot = local.IndexOf('.');
        var whole = dot < 0 ? local : local[..dot];

        if (!TryReadWhole(whole, out start))
        {
            return false;
        }

        if (dot < 0)
        {
            width = WidthOf(whole.Length, start);

            return true;
        }

        return whole.Length == 19 && TryAddFraction(local[(dot + 1)..], ref start, out width);
    }

    private static bool TryReadWhole(ReadOnlySpan<char> text, out DateTime start)
    {
        start = default;

        var format = text.Length switch
        {
            4 => "yyyy",
            7 => "yyyy-MM",
            10 => "yyyy-MM-dd",
            16 => "yyyy-MM-dd'T'HH:mm",
            19 => "yyyy-MM-dd'T'HH:mm:ss",
            _ => null,
        };

        // A leap second has no place in a DateTime; the second before it is as near as one gets.
        var isLeap = text.Length == 19 && text[17..] is "60";
        Span<char> copy = stackalloc char[19];

        if (format is null)
        {
            return false;
        }

        text.CopyTo(copy);

        if (text.Length > 10 && copy[10] == 't')
        {
            copy[10] = 'T';
        }

        if (isLeap)
        {
            "59".CopyTo(copy[17..]);
        }

        return DateTime.TryParseExact(
            copy[..text.Length], format, CultureInfo.InvariantCulture, DateTimeStyles.None, out start);
    }

    private static TimeSpan WidthOf(int length, DateTime start) => length switch
    {
        4 => start.Year < 9999 ? start.AddYears(1) - start : TimeSpan.FromDays(365),
        7 => TimeSpan.FromDays(DateTime.DaysInMonth(start.Year, start.Month)),
        10 => TimeSpan.FromDays(1),
        16 => TimeSpan.FromMinutes(1),
        _ => TimeSpan.FromSeconds(1),
    };

    private static bool TryAddFraction(ReadOnlySpan<char> digits, ref DateTime start, out TimeSpan width)
    {
        width = default;

        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        var ticks = 0L;
        var unit = TimeSpan.TicksPerSecond;

        // A tick is a tenth of a microsecond; finer digits are below what is compared.
        foreach (var digit in digits[..Math.Min(digits.Length, 7)])
        {
            unit /= 10;
            ticks += (digit - '0') * unit;
        }

        start = start.AddTicks(ticks);
        width = TimeSpan.FromTicks(unit);

        return true;
    }
}
