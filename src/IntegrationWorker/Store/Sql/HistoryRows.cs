using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the history.</summary>
internal static class HistoryRows
{
    /// <summary>What <see cref="Read"/> needs.</summary>
    public const string Selected = "study_id, version, at, message_key, unit, source_id, message_type, outcome, detail";

    public static readonly Column<HistoryEntry>[] Columns =
    [
        Column<HistoryEntry>.Text("study_id", entry => entry.StudyId),
        Column<HistoryEntry>.Number("version", entry => entry.Version),
        Column<HistoryEntry>.Time("at", entry => entry.At),
        Column<HistoryEntry>.Text("message_key", entry => entry.MessageKey),
        Column<HistoryEntry>.Number("unit", entry => entry.Unit),
        Column<HistoryEntry>.Text("source_id", entry => entry.SourceId),
        Column<HistoryEntry>.Text("message_type", entry => entry.MessageType),
        Column<HistoryEntry>.Text("outcome", entry => entry.Outcome),
        Column<HistoryEntry>.Json("detail", entry => entry.Detail),
    ];

    public static HistoryEntry Read(DbDataReader reader) => new(
        reader.Text(0),
        reader.GetInt64(1),
        reader.Time(2),
        reader.GetString(3),
        (int)reader.GetInt64(4),
        reader.GetString(5),
        reader.GetString(6),
        reader.GetString(7),
        reader.Bytes(8));
}
