using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of what is not published yet.</summary>
internal static class RangeRows
{
    /// <summary>What <see cref="Read"/> needs, of a table named <c>u</c>.</summary>
    public const string Selected = "u.first_position, u.last_position, u.created_at";

    public static readonly Column<PositionRange>[] Positions =
    [
        Column<PositionRange>.Number("first_position", range => range.First),
        Column<PositionRange>.Number("last_position", range => range.Last),
    ];

    public static readonly Statement<UnpublishedRange> Insert = new(
        """
        insert into outbox_unpublished (first_position, last_position, created_at)
        select r.first_position, r.last_position, r.created_at from {rows}
        """,
        Column<UnpublishedRange>.Number("first_position", range => range.Positions.First),
        Column<UnpublishedRange>.Number("last_position", range => range.Positions.Last),
        Column<UnpublishedRange>.Time("created_at", range => range.CreatedAt));

    public static UnpublishedRange Read(DbDataReader reader) =>
        new(new PositionRange(reader.GetInt64(0), reader.GetInt64(1)), reader.Time(2));
}
