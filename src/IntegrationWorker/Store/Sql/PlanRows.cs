using System.Data.Common;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Target;

namespace IntegrationWorker.Store.Sql;

/// <summary>The tables of the plans and of what the platform was seen to hold.</summary>
internal static class PlanRows
{
    /// <summary>What <see cref="Read"/> needs, of a table named <c>p</c>.</summary>
    public const string Selected = "p.position, p.study_id, p.message_key, p.attempted, p.payload";

    public static readonly Column<long>[] Positions = [Column<long>.Number("position", position => position)];

    private static readonly Statement<(TargetPlan Plan, byte[] Payload)> _insert = new(
        """
        insert into target_plans (study_id, message_key, payload)
        select r.study_id, r.message_key, r.payload from {rows}
        """,
        Column<(TargetPlan Plan, byte[] Payload)>.Text("study_id", row => row.Plan.StudyId),
        Column<(TargetPlan Plan, byte[] Payload)>.Text("message_key", row => row.Plan.MessageKey),
        Column<(TargetPlan Plan, byte[] Payload)>.Bytes("payload", row => row.Payload));

    private static readonly Statement<long> _delete = new("delete from target_plans where position in (select r.position from {rows})", Positions);

    private static readonly Statement<(string StudyId, SeenStudy Seen)> _see = new(
        """
        insert into target_studies (study_id, seen)
        select r.study_id, r.seen from {rows} where true
        on conflict (study_id) do update set seen = excluded.seen
        """,
        Column<(string StudyId, SeenStudy Seen)>.Text("study_id", row => row.StudyId),
        Column<(string StudyId, SeenStudy Seen)>.Json("seen", row => PlanJson.Write(row.Seen)));

    private static readonly Statement<string>[] _remove =
    [
        .. new[] { "studies", "links", "target_studies" }.Select(table =>
            new Statement<string>($$"""delete from {{table}} where study_id in (select r.study_id from {rows})""", StudyRows.Ids)),
    ];

    private static readonly Column<(string From, string To)>[] _names =
    [
        Column<(string From, string To)>.Text("old_id", row => row.From),
        Column<(string From, string To)>.Text("new_id", row => row.To),
    ];

    private static readonly Statement<(string From, string To)>[] _rename =
    [
        .. new[] { "studies", "links", "history", "target_plans", "target_leases" }.Select(table => new Statement<(string From, string To)>(
            $$"""update {{table}} set study_id = r.new_id from {rows} where {{table}}.study_id = r.old_id""", _names)),
    ];

    public static void Add(SqlSession session, BatchChanges changes, DataProtector protector)
    {
        session.AddRows(_insert, [.. changes.Plans.Select(plan => (plan, Seal(plan, protector)))]);
        session.AddRows(_delete, changes.EndedPlans, rowsExpected: changes.EndedPlans.Count);
        session.AddRows(_see, changes.Seen);

        foreach (var rename in _rename)
        {
            session.AddRows(rename, changes.RenamedStudies);
        }

        foreach (var remove in _remove)
        {
            session.AddRows(remove, changes.RemovedStudies);
        }
    }

    public static TargetPlan Read(DbDataReader reader, DataProtector protector) => new()
    {
        Position = reader.GetInt64(0),
        StudyId = reader.GetString(1),
        IsAttempted = reader.GetInt64(3) != 0,
        Document = PlanJson.ReadPlan(protector.Unprotect(reader.Bytes(4), PlaceOf(reader.GetString(2)))),
    };

    private static byte[] Seal(TargetPlan plan, DataProtector protector) => protector.Protect(PlanJson.Write(plan.Document), PlaceOf(plan.MessageKey));

    // The study's id is not part of it: it changes when the platform has given one.
    private static string PlaceOf(string messageKey) => $"target_plans/{messageKey}/payload";
}
