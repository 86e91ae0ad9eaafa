using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the events.</summary>
internal static class OutboxRows
{
    /// <summary>What <see cref="Read"/> needs.</summary>
    public const string Selected = "event_id, study_id, version, created_at, body, position";

    public static readonly Column<OutboxEntry>[] Columns =
    [
        Column<OutboxEntry>.Text("event_id", entry => entry.EventId),
        Column<OutboxEntry>.Text("study_id", entry => entry.StudyId),
        Column<OutboxEntry>.Number("version", entry => entry.Version),
        Column<OutboxEntry>.Time("created_at", entry => entry.CreatedAt),
        Column<OutboxEntry>.Json("body", entry => entry.Body),
    ];

    public static readonly Column<long>[] Positions = [Column<long>.Number("position", position => position)];

    public static OutboxEntry Read(DbDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.Time(3), reader.Bytes(4)) { Position = reader.GetInt64(5) };
}
