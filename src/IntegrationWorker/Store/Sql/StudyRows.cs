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

    /// <summary>The same, and what <see cref="ReadLinks"/> needs.</summary>
    public const string SelectedWithLinks = $"{Selected}, s.links";

    private const int LinksAt = 10;

    public static readonly Column<string>[] Ids = [Column<string>.Text("study_id", id => id)];

    public static readonly Column<StudyRow>[] Columns =
    [
        Column<StudyRow>.Text("study_id", row => row.Study.StudyId),
        Column<StudyRow>.Text("study_instance_uid", row => row.Study.StudyInstanceUid),
        Column<StudyRow>.Text("description", row => row.Study.Description),
        Column<StudyRow>.Text("severity", row => row.Study.Severity),
        Column<StudyRow>.Text("viewer_status", row => row.Study.StudyViewerStatus),
        Column<StudyRow>.Number("is_cancelled", row => row.Study.IsCancelled ? 1 : 0),
        Column<StudyRow>.Time("cancelled_at", row => row.Study.CancelledAt),
        Column<StudyRow>.Text("assigned_to", row => row.Study.AssignedTo),
        Column<StudyRow>.Text("org_id", row => row.Study.OrgId),
        Column<StudyRow>.Text("express_customer_id", row => row.Study.ExpressCustomerId),
        Column<StudyRow>.Time("created_at", row => row.Study.CreatedAt),
        Column<StudyRow>.Time("updated_at", row => row.Study.UpdatedAt),
        Column<StudyRow>.Text("created_by", row => row.Study.CreatedBy),
        Column<StudyRow>.Number("version", row => row.Study.Version),
        Column<StudyRow>.Json("state", row => StateWriter.Write(row.Study.State)),
        Column<StudyRow>.Text("links", row => row.Links),
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

    /// <summary>The links that stand in the row; null: none are written there.</summary>
    public static List<Link>? ReadLinks(DbDataReader reader, string studyId) =>
        reader.IsDBNull(LinksAt) ? null : LinkDocument.Read(reader.Bytes(LinksAt), studyId);
}

/// <summary>A study as it is written.</summary>
/// <param name="Links">Its <see cref="LinkDocument"/>; null: what its row holds stays.</param>
internal readonly record struct StudyRow(Study Study, string? Links);
