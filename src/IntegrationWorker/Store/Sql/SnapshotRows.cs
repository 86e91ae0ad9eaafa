using System.Data.Common;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the studies, for those who only look: the columns, and of the state document the metadata.</summary>
internal static class SnapshotRows
{
    /// <summary>What <see cref="Read"/> needs, of a table named <c>s</c>.</summary>
    public const string Selected = """
        s.study_id, s.study_instance_uid, s.version, s.description, s.severity, s.viewer_status, s.is_cancelled, s.cancelled_at,
        s.created_at, s.updated_at, s.created_by, s.assigned_to, s.org_id, s.state
        """;

    public const int SelectedColumns = 14;

    public static StudySnapshot Read(DbDataReader reader) => new()
    {
        StudyId = reader.GetString(0),
        StudyInstanceUid = reader.GetString(1),
        Version = reader.GetInt64(2),
        Description = reader.GetString(3),
        Severity = reader.GetString(4),
        StudyViewerStatus = reader.GetString(5),
        IsCancelled = reader.GetInt64(6) != 0,
        CancelledAt = reader.TimeOrNull(7),
        CreatedAt = reader.Time(8),
        UpdatedAt = reader.Time(9),
        CreatedBy = reader.GetString(10),
        AssignedTo = reader.Text(11),
        OrgId = reader.Text(12),
        Metadata = StateMetadata.Read(reader.Bytes(13)),
    };
}
