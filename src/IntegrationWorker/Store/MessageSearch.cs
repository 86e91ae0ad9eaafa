using System.Data.Common;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>
/// Searches for message records, each by an index and each in one order: by time of receipt, those of one instant by key. The limit is part of the
/// text: without it a plan is made for a tenth of all there is.
/// </summary>
internal static class MessageSearch
{
    private const string LatestFirst = "order by m.received_at desc, m.key desc limit";

    // Messages of the studies that the numbers lead to, and those that wait or failed with one of them.
    private static readonly string _keysByNumber = $$"""
        select h.message_key from history h where h.study_id in ({{LinkRows.StudyIds}})
        union
        select p.message_key
        from {rows} join parked_keys k on k.kind = r.kind and k.value = r.value join parked p on p.unit_key = k.unit_key
        union
        select d.message_key
        from {rows} join dead_letter_keys k on k.kind = r.kind and k.value = r.value join dead_letters d on d.id = k.dead_letter_id
        """;

    private const string KeysByBaseKey = """
        select r.key from {rows}
        union
        select g.key from {rows} join messages g on g.base_key = r.key and g.generation <> 1
        """;

    /// <summary>Queues the search; the latest records come first.</summary>
    /// <param name="max">How many at most.</param>
    public static void Add(SqlSession session, MessageFilter filter, int max, Action<DbDataReader> read)
    {
        if (filter.Outcome is not null && !Contracts.Outcomes.WorstFirst.Contains(filter.Outcome))
        {
            throw new ArgumentException("It is no outcome.", nameof(filter));
        }

        if (filter.Numbers is { } numbers)
        {
            AddAmong(session, _keysByNumber, LinkRows.Keys, numbers, filter, max, read);
        }
        else if (filter.BaseKeys is { } baseKeys)
        {
            AddAmong(session, KeysByBaseKey, LedgerRows.Keys, baseKeys, filter, max, read);
        }
        else if (filter.Code is not null)
        {
            AddFailed(session, filter, max, read);
        }
        else
        {
            AddRanges(session, filter, max, read);
        }
    }

    private static void AddAmong<T>(
        SqlSession session, string keys, Column<T>[] columns, IReadOnlyCollection<T> rows, MessageFilter filter, int max, Action<DbDataReader> read)
    {
        var where = Where(filter, "m", "m.key").Add(
            "exists (select 1 from dead_letters d where d.message_key = m.key and d.code = @code)", SqlValue.Text("code", filter.Code));

        session.AddRows(
            new Statement<T>(
                $"""
                select {LedgerRows.Selected} from messages m
                where m.key in ({keys}) and {OfOutcome(filter.Outcome)} and {where.Text}
                {LatestFirst} {max}
                """,
                columns),
            rows,
            where.ParametersWith(),
            read);
    }

    // There are far fewer dead letters than messages, and they are received when their messages are. A message may have several of one code.
    // What is asked of the message is hidden in a case: PostgreSQL takes it for rare otherwise, and reads and sorts all there is to find the latest.
    private static void AddFailed(SqlSession session, MessageFilter filter, int max, Action<DbDataReader> read)
    {
        var where = Where(filter, "d", "d.message_key").Add("d.code = @code", SqlValue.Text("code", filter.Code));

        session.Add(
            new Statement(
                $"""
                select {LedgerRows.Selected} from dead_letters d join messages m on m.key = d.message_key
                where {where.Text} and case when {OfOutcome(filter.Outcome)} and {Where(filter, "m", "m.key").Text} then true else false end
                group by d.received_at, m.key
                order by d.received_at desc, m.key desc limit {max}
                """),
            where.ParametersWith(),
            read);
    }

    // The index of the sources goes on with the outcome: all outcomes of a source are as many ranges of it, each in the order of time. With a limit
    // of its own each is read as far as it is wanted only.
    private static void AddRanges(SqlSession session, MessageFilter filter, int max, Action<DbDataReader> read)
    {
        var where = Where(filter, "m", "m.key");
        string[] outcomes = filter is { SourceId: not null, Outcome: null } ? [.. Contracts.Outcomes.WorstFirst.Select(OfOutcome)] : [OfOutcome(filter.Outcome)];
        var ranges = outcomes.Select((outcome, i) =>
            $"select * from (select {LedgerRows.Selected} from messages m where {outcome} and {where.Text} {LatestFirst} {max}) r{i}");

        session.Add(
            new Statement($"select {LedgerRows.Selected} from ({string.Join(" union all ", ranges)}) m {LatestFirst} {max}"), where.ParametersWith(), read);
    }

    private static Conditions Where(MessageFilter filter, string table, string key) => new Conditions()
        .Add($"{table}.source_id = @source_id", SqlValue.Text("source_id", filter.SourceId))
        .Add($"{table}.received_at >= @from", SqlValue.Time("from", filter.From))
        .Add($"{table}.received_at < @until", SqlValue.Time("until", filter.Until))
        .Add($"{table}.received_at <= @before_at", SqlValue.Time("before_at", filter.Before?.ReceivedAt))
        .Add($"({table}.received_at < @before_at or {key} < @before_key)", SqlValue.Text("before_key", filter.Before?.Key));

    // In the text, and said twice: that the index of the rarer outcomes fits has to be seen without the values.
    private static string OfOutcome(string? outcome) => outcome switch
    {
        null => "true",
        Contracts.Outcomes.Applied => $"m.outcome = '{outcome}'",
        _ => $"m.outcome = '{outcome}' and m.outcome <> '{Contracts.Outcomes.Applied}'",
    };
}

/// <summary>Which messages to list; null lets all pass.</summary>
internal sealed record MessageFilter(string? SourceId = null, string? Outcome = null, DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    /// <summary>Those that were rejected with this code.</summary>
    public string? Code { get; init; }

    /// <summary>Those of the studies that these numbers lead to, and those that wait or failed with one of them.</summary>
    public IReadOnlyList<LinkKey>? Numbers { get; init; }

    /// <summary>Those under these keys, all generations; not together with <see cref="Numbers"/>.</summary>
    public IReadOnlyList<string>? BaseKeys { get; init; }

    /// <summary>Only what stands behind this place when the latest come first.</summary>
    public MessagePlace? Before { get; init; }
}

/// <summary>Where a message stands in the order of their receipt.</summary>
internal sealed record MessagePlace(DateTimeOffset ReceivedAt, string Key);
