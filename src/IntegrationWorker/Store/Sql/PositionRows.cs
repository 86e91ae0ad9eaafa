using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the subscription positions.</summary>
internal static class PositionRows
{
    public static readonly Column<(string SourceId, string SubscriptionId)>[] Keys =
    [
        Column<(string SourceId, string SubscriptionId)>.Text("source_id", key => key.SourceId),
        Column<(string SourceId, string SubscriptionId)>.Text("subscription_id", key => key.SubscriptionId),
    ];

    public static readonly Column<SubscriptionPosition>[] Columns =
    [
        Column<SubscriptionPosition>.Text("source_id", position => position.SourceId),
        Column<SubscriptionPosition>.Text("subscription_id", position => position.SubscriptionId),
        Column<SubscriptionPosition>.Number("position", position => position.Position),
        Column<SubscriptionPosition>.Json("seen", position => StoreJson.Write(position.Seen)),
        Column<SubscriptionPosition>.Time("last_heard_at", position => position.LastHeardAt),
        Column<SubscriptionPosition>.Time("gap_since", position => position.GapSince),
    ];

    public static SubscriptionPosition Read(DbDataReader reader) => new()
    {
        SourceId = reader.GetString(0),
        SubscriptionId = reader.GetString(1),
        Position = reader.GetInt64(2),
        Seen = StoreJson.ReadNumbers(reader.Bytes(3)),
        LastHeardAt = reader.Time(4),
        GapSince = reader.TimeOrNull(5),
    };
}
