using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the subscription positions.</summary>
internal static class PositionRows
{
    public const string Selected = "source_id, subscription_id, position, seen, last_heard_at, gap_since, highest, status, contiguous_at";

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
        Column<SubscriptionPosition>.Number("highest", position => position.Highest),
        Column<SubscriptionPosition>.Text("status", position => position.Status),
        Column<SubscriptionPosition>.Time("contiguous_at", position => position.ContiguousAt),
    ];

    public static SubscriptionPosition Read(DbDataReader reader) => new()
    {
        SourceId = reader.GetString(0),
        SubscriptionId = reader.GetString(1),
        Position = reader.GetInt64(2),
        Seen = StoreJson.ReadNumbers(reader.Bytes(3)),
        LastHeardAt = reader.Time(4),
        GapSince = reader.TimeOrNull(5),
        Highest = reader.GetInt64(6),
        Status = reader.Text(7),
        ContiguousAt = reader.TimeOrNull(8),
    };
}
