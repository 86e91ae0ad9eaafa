using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of what has to be read from FHIR servers.</summary>
internal static class FetchRows
{
    public const string Selected = "source_id, kind, subscription_id, reference, since, asked_at, asked, attempts";

    public static readonly Column<FhirFetch>[] Columns =
    [
        Column<FhirFetch>.Text("id", fetch => fetch.Id),
        Column<FhirFetch>.Text("source_id", fetch => fetch.SourceId),
        Column<FhirFetch>.Text("kind", fetch => fetch.Kind == FhirFetchKind.Read ? "read" : "search"),
        Column<FhirFetch>.Text("subscription_id", fetch => fetch.SubscriptionId),
        Column<FhirFetch>.Text("reference", fetch => fetch.Reference),
        Column<FhirFetch>.Time("since", fetch => fetch.Since),
        Column<FhirFetch>.Time("asked_at", fetch => fetch.AskedAt),
    ];

    /// <summary>Asks. What is asked for already is asked for once more; a search goes back as far as the farthest wish.</summary>
    /// <remarks>In order of their ids, so that two workers never wait for each other.</remarks>
    public static readonly Statement<FhirFetch> Upsert = new(
        """
        insert into fhir_fetches (id, source_id, kind, subscription_id, reference, since, asked, asked_at, due_at)
        select r.id, r.source_id, r.kind, r.subscription_id, r.reference, r.since, 1, r.asked_at, r.asked_at from {rows}
        where true order by r.id
        on conflict (id) do update set
            asked = fhir_fetches.asked + 1,
            asked_at = excluded.asked_at,
            since = case when fhir_fetches.since is null or excluded.since < fhir_fetches.since then excluded.since else fhir_fetches.since end
        """,
        Columns);

    /// <summary>Each thing once, as one statement cannot change a row twice.</summary>
    public static IReadOnlyList<FhirFetch> Distinct(IEnumerable<FhirFetch> fetches) =>
        [.. fetches.GroupBy(fetch => fetch.Id).Select(same => same.Last() with { Since = same.Min(fetch => fetch.Since) })];

    public static FhirFetch Read(DbDataReader reader) => new()
    {
        SourceId = reader.GetString(0),
        Kind = reader.GetString(1) == "read" ? FhirFetchKind.Read : FhirFetchKind.Search,
        SubscriptionId = reader.GetString(2),
        Reference = reader.GetString(3),
        Since = reader.TimeOrNull(4),
        AskedAt = reader.Time(5),
        Asked = reader.GetInt64(6),
        Attempts = (int)reader.GetInt64(7),
    };
}
