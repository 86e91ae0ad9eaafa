namespace Hl7v2;

/// <summary>The grammar of DTM. HL7 v2.5.1 §2.A.22.</summary>
internal static class Hl7DateTimeParser
{
    private const int WholeLength = 14; // YYYYMMDDHHMMSS
    private const int FractionDigitsMax = 4;
    private const int OffsetMinutesMax = 14 * 60; // the largest offset in use, and the largest that DateTimeOffset takes

    public static bool TryParse(ReadOnlySpan<char> text, out Hl7DateTime value)
    {
        value = default;
        text = text.Trim();

        var sign = text.IndexOfAny('+', '-');
        if (!TryParseOffset(sign < 0 ? default : text[sign..], out var offset)
            || !TrySplitFraction(sign < 0 ? text : text[..sign], out var whole, out var fraction)
            || !TryParseWhole(whole, out var local, out var precision))
        {
            return false;
        }

        value = fraction.IsEmpty
            ? new Hl7DateTime(local, precision, fractionDigits: 0, offset)
            : new Hl7DateTime(local + Fraction(fraction), Hl7Precision.Millisecond, fraction.Length, offset);
        return true;
    }

    private static bool TryParseOffset(ReadOnlySpan<char> text, out TimeSpan? offset)
    {
        offset = null;
        if (text.IsEmpty)
        {
            return true;
        }

        if (text.Length != 5 || !AreDigits(text[1..]))
        {
            return false;
        }

        var minutes = (60 * Number(text, 1, 2)) + Number(text, 3, 2);
        offset = TimeSpan.FromMinutes(text[0] == '-' ? -minutes : minutes);
        return Number(text, 3, 2) < 60 && minutes <= OffsetMinutesMax;
    }

    private static bool TrySplitFraction(ReadOnlySpan<char> text, out ReadOnlySpan<char> whole, out ReadOnlySpan<char> fraction)
    {
        whole = text;
        fraction = default;
        if (text.Length <= WholeLength)
        {
            return AreDigits(text);
        }

        // Milliseconds without the point are not in the standard, but in use.
        var isPointLeftOut = text.Length == WholeLength + 3 && AreDigits(text);
        whole = text[..WholeLength];
        fraction = text[(isPointLeftOut ? WholeLength : WholeLength + 1)..];
        return AreDigits(whole)
            && AreDigits(fraction)
            && fraction.Length is >= 1 and <= FractionDigitsMax
            && (isPointLeftOut || text[WholeLength] == '.');
    }

    private static bool TryParseWhole(ReadOnlySpan<char> text, out DateTime local, out Hl7Precision precision)
    {
        local = default;
        precision = text.Length switch
        {
            4 => Hl7Precision.Year,
            6 => Hl7Precision.Month,
            8 => Hl7Precision.Day,
            10 => Hl7Precision.Hour,
            12 => Hl7Precision.Minute,
            _ => Hl7Precision.Second,
        };

        var year = Number(text, 0, 4);
        var month = Number(text, 4, 2, missing: 1);
        var day = Number(text, 6, 2, missing: 1);
        var (hour, minute, second) = (Number(text, 8, 2), Number(text, 10, 2), Number(text, 12, 2));
        if (text.Length is not (4 or 6 or 8 or 10 or 12 or WholeLength)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        local = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified);
        return true;
    }

    private static TimeSpan Fraction(ReadOnlySpan<char> digits)
    {
        long ticks = Number(digits, 0, digits.Length);
        for (var place = digits.Length; place < 7; place++)
        {
            ticks *= 10;
        }

        return TimeSpan.FromTicks(ticks);
    }

    private static bool AreDigits(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
            {
                return false;
            }
        }

        return true;
    }

    // The text holds digits only.
    private static int Number(ReadOnlySpan<char> text, int start, int length, int missing = 0)
    {
        if (text.Length < start + length)
        {
            return missing;
        }

        var number = 0;
        foreach (var digit in text.Slice(start, length))
        {
            number = (10 * number) + (digit - '0');
        }

        return number;
    }
}
