using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the message records.</summary>
internal static class LedgerRows
{
    /// <summary>What <see cref="Read"/> needs, of a table named <c>m</c>.</summary>
    public const string Selected = """
        m.key, m.base_key, m.generation, m.fingerprint, m.source_id, m.message_type, m.received_at, m.last_message_time, m.outcome, m.result
        """;

    public static readonly Column<string>[] Keys = [Column<string>.Text("key", key => key)];

    public static readonly Column<LedgerRecord>[] Columns =
    [
        Column<LedgerRecord>.Text("key", record => record.Key),
        Column<LedgerRecord>.Text("base_key", record => record.BaseKey),
        Column<LedgerRecord>.Number("generation", record => record.Generation),
        Column<LedgerRecord>.Bytes("fingerprint", record => record.Fingerprint),
        Column<LedgerRecord>.Text("source_id", record => record.SourceId),
        Column<LedgerRecord>.Text("message_type", record => record.MessageType),
        Column<LedgerRecord>.Time("received_at", record => record.ReceivedAt),
        Column<LedgerRecord>.Time("last_message_time", record => record.LastMessageTime),
        Column<LedgerRecord>.Text("outcome", record => record.Outcome),
        Column<LedgerRecord>.Json("result", record => record.Result),
    ];

    /// <summary>All generations of base keys.</summary>
    public static readonly Statement<string> SelectByBaseKey = new(
        $$"""
        select {{Selected}} from {rows} join messages m on m.key = r.key
        union all
        select {{Selected}} from {rows} join messages m on m.base_key = r.key and m.generation <> 1
        """,
        Keys);

    public static LedgerRecord Read(DbDataReader reader) => new()
    {
        Key = reader.GetString(0),
        BaseKey = reader.GetString(1),
        Generation = (int)reader.GetInt64(2),
        Fingerprint = reader.Bytes(3),
        SourceId = reader.GetString(4),
        MessageType = reader.GetString(5),
        ReceivedAt = reader.Time(6),
        LastMessageTime = reader.TimeOrNull(7),
        Outcome = reader.GetString(8),
        Result = reader.Bytes(9),
    };
}
