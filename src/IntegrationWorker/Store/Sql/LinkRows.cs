using System.Data.Common;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the links. No issuer is the empty text there, because null is never equal to null.</summary>
internal static class LinkRows
{
    public static readonly Column<LinkKey>[] Keys =
    [
        Column<LinkKey>.Number("kind", key => (long)key.Kind),
        Column<LinkKey>.Text("value", key => key.Value),
    ];

    public static readonly Column<Link>[] Columns =
    [
        Column<Link>.Number("kind", link => (long)link.Kind),
        Column<Link>.Text("value", link => link.Value),
        Column<Link>.Text("issuer", link => link.Issuer ?? ""),
        Column<Link>.Text("study_id", link => link.StudyId),
    ];

    /// <summary>The ids of the studies that <c>{rows}</c> of <see cref="Keys"/> name: by a link, or by a number of the study itself.</summary>
    public static readonly string StudyIds = $$"""
        select l.study_id from {rows} join links l on l.kind = r.kind and l.value = r.value where r.kind > {{(int)LinkKind.StudyInstanceUid}}
        union
        select s.study_id from {rows} join studies s on s.study_id = r.value where r.kind = {{(int)LinkKind.StudyId}}
        union
        select s.study_id from {rows} join studies s on s.study_instance_uid = r.value where r.kind = {{(int)LinkKind.StudyInstanceUid}}
        """;

    public static Link Read(DbDataReader reader) => new(
        (LinkKind)reader.GetInt64(0),
        reader.GetString(1),
        reader.GetString(2) is { Length: > 0 } issuer ? issuer : null,
        reader.GetString(3));

    /// <summary>The stored links of these studies, with those that each study has by itself: its id and its UID.</summary>
    public static IReadOnlyList<Link> WithOwn(IReadOnlyList<Study> studies, IReadOnlyList<Link> stored)
    {
        var own = studies.SelectMany(study => new Link[]
        {
            new(LinkKind.StudyId, study.StudyId, null, study.StudyId),
            new(LinkKind.StudyInstanceUid, study.StudyInstanceUid, null, study.StudyId),
        });

        return [.. stored, .. own];
    }
}
