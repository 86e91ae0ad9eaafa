using System.Data.Common;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the studies.</summary>
internal static class StudyRows
{
    /// <summary>What <see cref="Read"/> needs, of a table named <c>s</c>.</summary>
    public const string Selected = """
        s.study_id, s.study_instance_uid, s.org_id, s.express_customer_id, s.version,
        s.created_at, s.updated_at, s.cancelled_at, s.created_by, s.state
        """;

    public static readonly Column<string>[] Ids = [Column<string>.Text("study_id", id => id)];

    public static readonly Column<Study>[] Columns =
    [
        Column<Study>.Text("study_id", s => s.StudyId),
        Column<Study>.Text("study_instance_uid", s => s.StudyInstanceUid),
        Column<Study>.Text("description", s => s.Description),
        Column<Study>.Text("severity", s => s.Severity),
        Column<Study>.Text("viewer_status", s => s.StudyViewerStatus),
        Column<Study>.Number("is_cancelled", s => s.IsCancelled ? 1 : 0),
        Column<Study>.Time("cancelled_at", s => s.CancelledAt),
        Column<Study>.Text("assigned_to", s => s.AssignedTo),
        Column<Study>.Text("org_id", s => s.OrgId),
        Column<Study>.Text("express_customer_id", s => s.ExpressCustomerId),
        Column<Study>.Time("created_at", s => s.CreatedAt),
        Column<Study>.Time("updated_at", s => s.UpdatedAt),
        Column<Study>.Text("created_by", s => s.CreatedBy),
        Column<Study>.Number("version", s => s.Version),
        Column<Study>.Json("state", s => StateWriter.Write(s.State)),
    ];

    public static Study Read(DbDataReader reader) => new()
    {
        StudyId = reader.GetString(0),
        StudyInstanceUid = reader.GetString(1),
        OrgId = reader.Text(2),
        ExpressCustomerId = reader.Text(3),
        Version = reader.GetInt64(4),
        CreatedAt = reader.Time(5),
        UpdatedAt = reader.Time(6),
        CancelledAt = reader.TimeOrNull(7),
        CreatedBy = reader.GetString(8),
        State = StateReader.Read(reader.Bytes(9)),
    };
}
