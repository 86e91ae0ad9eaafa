using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the gaps in the event numbers of subscriptions.</summary>
internal static class GapRows
{
    public const string Selected = "source_id, subscription_id, noticed_at, first_number, last_number, attempts, recovered_by, error, closed_at";

    public static readonly Column<SubscriptionGap>[] Columns =
    [
        Column<SubscriptionGap>.Text("source_id", gap => gap.SourceId),
        Column<SubscriptionGap>.Text("subscription_id", gap => gap.SubscriptionId),
        Column<SubscriptionGap>.Time("noticed_at", gap => gap.NoticedAt),
        Column<SubscriptionGap>.Number("first_number", gap => gap.FirstNumber),
        Column<SubscriptionGap>.Number("last_number", gap => gap.LastNumber),
        Column<SubscriptionGap>.Number("attempts", gap => gap.Attempts),
        Column<SubscriptionGap>.Text("recovered_by", gap => gap.RecoveredBy),
        Column<SubscriptionGap>.Text("error", gap => gap.Error),
        Column<SubscriptionGap>.Time("closed_at", gap => gap.ClosedAt),
    ];

    public static SubscriptionGap Read(DbDataReader reader) => new()
    {
        SourceId = reader.GetString(0),
        SubscriptionId = reader.GetString(1),
        NoticedAt = reader.Time(2),
        FirstNumber = reader.GetInt64(3),
        LastNumber = reader.GetInt64(4),
        Attempts = (int)reader.GetInt64(5),
        RecoveredBy = reader.Text(6),
        Error = reader.Text(7),
        ClosedAt = reader.TimeOrNull(8),
    };
}
