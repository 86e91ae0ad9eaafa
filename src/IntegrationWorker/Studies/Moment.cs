using System.Globalization;

namespace IntegrationWorker.Studies;

/// <summary>A point in time as precisely as its sender knew it: <c>202603021610</c> is that whole minute.</summary>
/// <param name="Start">The first instant that may be meant, with the offset that the sender used.</param>
/// <param name="Width">How long the stretch of possible instants is; at least one tick.</param>
internal readonly record struct Moment(DateTimeOffset Start, TimeSpan Width)
{
    private static readonly TimeSpan _millisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>An instant known to the millisecond.</summary>
    public static Moment At(DateTimeOffset instant) => new(instant, _millisecond);

    /// <summary>Below zero: this is surely earlier. Above zero: surely later. Zero: the two overlap, nobody can tell.</summary>
    public int CompareTo(Moment other)
    {
        var start = Start.UtcTicks;
        var otherStart = other.Start.UtcTicks;

        if (start + Width.Ticks <= otherStart)
        {
            return -1;
        }

        return otherStart + other.Width.Ticks <= start ? 1 : 0;
    }

    /// <summary>Writes the compact form for the state document: UTC ticks, width in ticks, offset in minutes. Returns its length.</summary>
    public int WriteCompact(Span<char> text)
    {
        text.TryWrite(CultureInfo.InvariantCulture, $"{Start.UtcTicks}+{Width.Ticks}@{(int)Start.Offset.TotalMinutes}", out var length);
        return length;
    }

    /// <exception cref="FormatException">The text is not what <see cref="WriteCompact"/> writes: the store is damaged.</exception>
    public static Moment FromCompact(ReadOnlySpan<char> text)
    {
        var plus = text.IndexOf('+');
        var at = text.IndexOf('@');
        var utc = long.Parse(text[..plus], CultureInfo.InvariantCulture);
        var width = long.Parse(text[(plus + 1)..at], CultureInfo.InvariantCulture);
        var offset = TimeSpan.FromMinutes(int.Parse(text[(at + 1)..], CultureInfo.InvariantCulture));

        return new Moment(new DateTimeOffset(utc, TimeSpan.Zero).ToOffset(offset), TimeSpan.FromTicks(width));
    }
}
