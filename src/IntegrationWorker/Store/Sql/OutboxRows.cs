using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the events.</summary>
internal static class OutboxRows
{
    /// <summary>What <see cref="Read"/> needs, of a table named <c>o</c>.</summary>
    public const string Selected = "o.event_id, o.study_id, o.version, o.created_at, o.body, o.position";

    public static readonly Column<(int Place, OutboxEntry Entry)>[] Columns =
    [
        Column<(int Place, OutboxEntry Entry)>.Number("place", row => row.Place),
        Column<(int Place, OutboxEntry Entry)>.Text("event_id", row => row.Entry.EventId),
        Column<(int Place, OutboxEntry Entry)>.Text("study_id", row => row.Entry.StudyId),
        Column<(int Place, OutboxEntry Entry)>.Number("version", row => row.Entry.Version),
        Column<(int Place, OutboxEntry Entry)>.Time("created_at", row => row.Entry.CreatedAt),
        Column<(int Place, OutboxEntry Entry)>.Json("body", row => row.Entry.Body),
    ];

    public static readonly Column<long>[] Positions = [Column<long>.Number("position", position => position)];

    public static OutboxEntry Read(DbDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.Time(3), reader.Bytes(4)) { Position = reader.GetInt64(5) };
}
