namespace IntegrationWorker.Store;

/// <summary>Instants as both databases keep them: microseconds since 1970-01-01 UTC, what is finer is cut off.</summary>
internal static class StoreTime
{
    public static long ToMicroseconds(DateTimeOffset at)
    {
        var ticks = at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var whole = ticks / TimeSpan.TicksPerMicrosecond;

        return ticks % TimeSpan.TicksPerMicrosecond < 0 ? whole - 1 : whole; // Towards the past on both sides of 1970.
    }

    public static long? ToMicroseconds(DateTimeOffset? at) => at is { } instant ? ToMicroseconds(instant) : null;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
