using System.Globalization;
using IntegrationWorker.Store;

namespace IntegrationWorker.Queries;

/// <summary>Where a page of messages begins, as a text that callers hand back: the time of receipt in microseconds since 1970-01-01, a dot, the key.</summary>
internal static class MessagePlaces
{
    private static readonly long _microsecondsMax = StoreTime.ToMicroseconds(DateTimeOffset.MaxValue);

    public static string Write(LedgerRecord record) => string.Create(CultureInfo.InvariantCulture, $"{StoreTime.ToMicroseconds(record.ReceivedAt)}.{record.Key}");

    /// <summary>Null for null, and for what is no such text.</summary>
    public static MessagePlace? Read(string? text) =>
        text?.Split('.', 2) is [var time, { Length: > 0 } key] && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds <= _microsecondsMax
            ? new MessagePlace(StoreTime.FromMicroseconds(microseconds), key)
            : null;
}
