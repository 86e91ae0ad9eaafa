using System.Globalization;

namespace Hl7v2;

/// <summary>A timestamp with the precision it was sent in. HL7 v2.5.1 §2.A.22 (DTM), §2.A.77 (TS, component 1), §2.A.21 (DT).</summary>
/// <remarks>Without an offset it is a local time of whoever sent it; <see cref="Resolve"/> makes it an interval of instants.</remarks>
public readonly record struct Hl7DateTime
{
    internal Hl7DateTime(DateTime local, Hl7Precision precision, int fractionDigits, TimeSpan? offset)
    {
        Local = local;
        Precision = precision;
        FractionDigits = fractionDigits;
        Offset = offset;
    }

    /// <summary>The start of what was sent, as the sender's clock shows it. Its kind is unspecified.</summary>
    public DateTime Local { get; }

    /// <summary>How much was sent.</summary>
    public Hl7Precision Precision { get; }

    /// <summary>How many digits of a fraction of a second were sent: 0 to 4.</summary>
    public int FractionDigits { get; }

    /// <summary>The offset from UTC that was sent; null if none was.</summary>
    public TimeSpan? Offset { get; }

    /// <summary>
    /// Reads <c>YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]</c>, with blanks around it; 17 digits are read as milliseconds.
    /// False for anything else, also for a date or time that does not exist (February 30, hour 24, an offset beyond 14 hours).
    /// </summary>
    /// <param name="text">The text of a DTM or DT field, or of component 1 of a TS field.</param>
    /// <param name="value">The timestamp, or the default value.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out Hl7DateTime value) => Hl7DateTimeParser.TryParse(text, out value);

    /// <summary>The instants that this timestamp may mean.</summary>
    /// <remarks>
    /// Zone: the offset of this value, else <paramref name="messageOffset"/>, else <paramref name="sourceZone"/>. A local time that
    /// occurs twice is the earlier instant; one that does not occur is moved forward by the gap. Beyond what
    /// <see cref="DateTimeOffset"/> holds, the interval ends where that does.
    /// </remarks>
    /// <param name="sourceZone">The time zone of the source.</param>
    /// <param name="messageOffset">
    /// What <see cref="OffsetOutside"/> of MSH-7 gives: its offset if the sender was not in the zone of the source, else null. An
    /// offset that the zone has at this time is the zone.
    /// </param>
    public Hl7Interval Resolve(TimeZoneInfo sourceZone, TimeSpan? messageOffset)
    {
        ArgumentNullException.ThrowIfNull(sourceZone);
        var isInZone = messageOffset is not { } offset || Hl7ZoneRule.Has(sourceZone, offset, Local);
        return Hl7ZoneRule.Interval(this, sourceZone, Offset ?? (isInZone ? null : messageOffset));
    }

    /// <summary>
    /// Called on MSH-7: the offset that counts for fields without one, or null if the time zone of the source does. A source that
    /// was in its zone when it wrote the message is in its zone; an offset of winter must not move its appointments of summer.
    /// </summary>
    /// <param name="sourceZone">The time zone of the source.</param>
    public TimeSpan? OffsetOutside(TimeZoneInfo sourceZone)
    {
        ArgumentNullException.ThrowIfNull(sourceZone);
        return Offset is { } offset && !Hl7ZoneRule.Has(sourceZone, offset, Local) ? offset : null;
    }

    /// <summary>
    /// The timestamp in RFC 3339 with its offset (<c>+00:00</c>, never <c>Z</c>): hours and minutes are padded to seconds, a
    /// fraction keeps the digits sent. Without a time it is the date only, or the part of it that was sent (<c>2026-03</c>).
    /// </summary>
    /// <param name="sourceZone">As for <see cref="Resolve"/>.</param>
    /// <param name="messageOffset">As for <see cref="Resolve"/>.</param>
    public string ToRfc3339(TimeZoneInfo sourceZone, TimeSpan? messageOffset)
    {
        var culture = CultureInfo.InvariantCulture;
        return Precision switch
        {
            Hl7Precision.Year => Local.ToString("yyyy", culture),
            Hl7Precision.Month => Local.ToString("yyyy-MM", culture),
            Hl7Precision.Day => Local.ToString("yyyy-MM-dd", culture),
            _ => Resolve(sourceZone, messageOffset).Start.ToString(Rfc3339Format(FractionDigits), culture),
        };
    }

    private static string Rfc3339Format(int fractionDigits) => fractionDigits switch
    {
        0 => "yyyy-MM-ddTHH:mm:sszzz",
        1 => "yyyy-MM-ddTHH:mm:ss.fzzz",
        2 => "yyyy-MM-ddTHH:mm:ss.ffzzz",
        3 => "yyyy-MM-ddTHH:mm:ss.fffzzz",
        _ => "yyyy-MM-ddTHH:mm:ss.ffffzzz",
    };
}
