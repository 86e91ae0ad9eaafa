using System.Data.Common;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

internal sealed class StudyReader(Database database) : IStudyReader
{
    private const int EventsAtOnce = 8_192;

    private static readonly Statement _selectById = new($"select {StudyRows.Selected} from studies s where s.study_id = @id");

    private static readonly Statement _selectByUid = new($"select {StudyRows.Selected} from studies s where s.study_instance_uid = @uid");

    private static readonly Statement _showById = new($"select {SnapshotRows.Selected} from studies s where s.study_id = @id");

    private static readonly Statement _showByUid = new($"select {SnapshotRows.Selected} from studies s where s.study_instance_uid = @uid");

    private static readonly Statement<LinkKey> _selectByLink = new(
        $"select {StudyRows.Selected} from studies s where s.study_id in ({LinkRows.StudyIds}) order by s.study_id", LinkRows.Keys);

    private static readonly Statement _selectByNumber = new(
        $"""
        select {SnapshotRows.Selected}, l.issuer from links l join studies s on s.study_id = l.study_id
        where l.kind = @kind and l.value = @value
        order by s.study_id
        """);

    private static readonly Statement _selectLinks = new("select kind, value, issuer, study_id from links where study_id = @id");

    private static readonly Statement _selectHistory = new(
        $"select {HistoryRows.Selected} from history where study_id = @id order by id");

    private static readonly Statement _selectHistoryOfMessage = new(
        $"select {HistoryRows.Selected} from history where message_key = @key order by id");

    private static readonly Statement _selectMessage = new($"select {LedgerRows.Selected} from messages m where m.key = @key");

    private static readonly Statement<LinkKey> _selectMessagesByNumber = new(
        $$"""
        select {{LedgerRows.Selected}} from messages m
        where m.key in (
            select h.message_key from history h where h.study_id in ({{LinkRows.StudyIds}})
            union
            select p.message_key
            from {rows} join parked_keys k on k.kind = r.kind and k.value = r.value join parked p on p.unit_key = k.unit_key
            union
            select d.message_key
            from {rows} join dead_letter_keys k on k.kind = r.kind and k.value = r.value join dead_letters d on d.id = k.dead_letter_id)
        order by m.received_at desc, m.key desc
        limit @max
        """,
        LinkRows.Keys);

    private static readonly Statement<string> _selectRecords = new(
        $$"""select {{LedgerRows.Selected}} from {rows} join messages m on m.key = r.key order by m.received_at, m.key""", LedgerRows.Keys);

    private static readonly Statement<string> _selectHistoryOfMessages = new(
        $$"""select {{HistoryRows.Selected}} from history where message_key in (select r.key from {rows}) order by id""", LedgerRows.Keys);

    private static readonly Statement _selectUnpublished = new($"select {RangeRows.Selected} from outbox_unpublished u order by u.first_position");

    private static readonly Statement<long> _selectEvents = new(
        "select o.event_id, o.study_id from {rows} join outbox o on o.position = r.position", OutboxRows.Positions);

    public async Task<Study?> FindByIdAsync(string studyId, CancellationToken cancellationToken) =>
        (await ReadAsync(_selectById, [SqlValue.Text("id", studyId)], StudyRows.Read, cancellationToken)).SingleOrDefault();

    public async Task<Study?> FindByUidAsync(string studyInstanceUid, CancellationToken cancellationToken) =>
        (await ReadAsync(_selectByUid, [SqlValue.Text("uid", studyInstanceUid)], StudyRows.Read, cancellationToken)).SingleOrDefault();

    public async Task<StudySnapshot?> ShowByIdAsync(string studyId, CancellationToken cancellationToken) =>
        (await ReadAsync(_showById, [SqlValue.Text("id", studyId)], SnapshotRows.Read, cancellationToken)).SingleOrDefault();

    public async Task<StudySnapshot?> ShowByUidAsync(string studyInstanceUid, CancellationToken cancellationToken) =>
        (await ReadAsync(_showByUid, [SqlValue.Text("uid", studyInstanceUid)], SnapshotRows.Read, cancellationToken)).SingleOrDefault();

    public Task<IReadOnlyList<Study>> FindByLinkAsync(LinkKind kind, string value, CancellationToken cancellationToken) =>
        ReadRowsAsync(_selectByLink, [new LinkKey(kind, value)], [], StudyRows.Read, cancellationToken);

    public Task<IReadOnlyList<NumberedStudy>> ShowByNumberAsync(LinkKey number, CancellationToken cancellationToken) => ReadAsync(
        _selectByNumber,
        [SqlValue.Number("kind", (long)number.Kind), SqlValue.Text("value", number.Value)],
        reader => new NumberedStudy(SnapshotRows.Read(reader), reader.GetString(SnapshotRows.SelectedColumns) is { Length: > 0 } issuer ? issuer : null),
        cancellationToken);

    public async Task<IReadOnlyList<Link>> LinksAsync(string studyId, CancellationToken cancellationToken)
    {
        if (await FindByIdAsync(studyId, cancellationToken) is not { } study)
        {
            return [];
        }

        var stored = await ReadAsync(_selectLinks, [SqlValue.Text("id", studyId)], LinkRows.Read, cancellationToken);

        return LinkRows.WithOwn([study], stored);
    }

    public Task<IReadOnlyList<StudySnapshot>> ListAsync(StudyFilter filter, int limit, string? after, CancellationToken cancellationToken)
    {
        var where = new Conditions()
            .Add("s.study_id > @after", SqlValue.Text("after", after))
            .AddIf(filter.AssignedTo == "", "s.assigned_to is null")
            .Add("s.assigned_to = @assigned_to", SqlValue.Text("assigned_to", filter.AssignedTo is "" ? null : filter.AssignedTo))
            .Add("s.severity = @severity", SqlValue.Text("severity", filter.Severity))
            .Add("s.viewer_status = @viewer_status", SqlValue.Text("viewer_status", filter.StudyViewerStatus))
            .Add("s.is_cancelled = @is_cancelled", SqlValue.Number("is_cancelled", filter.IsCancelled is { } yes ? (yes ? 1 : 0) : null))
            .Add("s.express_customer_id = @customer", SqlValue.Text("customer", filter.ExpressCustomerId))
            .Add(@"lower(s.description) like lower(@description) escape '\'", SqlValue.Text("description", PatternOf(filter.DescriptionContains)));

        return ReadAsync(
            new Statement($"select {SnapshotRows.Selected} from studies s where {where.Text} order by s.study_id limit @max"),
            where.ParametersWith(SqlValue.Number("max", limit)),
            SnapshotRows.Read,
            cancellationToken);
    }

    public Task<IReadOnlyList<HistoryEntry>> HistoryAsync(string studyId, CancellationToken cancellationToken) =>
        ReadAsync(_selectHistory, [SqlValue.Text("id", studyId)], HistoryRows.Read, cancellationToken);

    public Task<IReadOnlyList<HistoryEntry>> HistoryOfMessageAsync(string messageKey, CancellationToken cancellationToken) =>
        ReadAsync(_selectHistoryOfMessage, [SqlValue.Text("key", messageKey)], HistoryRows.Read, cancellationToken);

    public async Task<LedgerRecord?> FindMessageAsync(string key, CancellationToken cancellationToken) =>
        (await ReadAsync(_selectMessage, [SqlValue.Text("key", key)], LedgerRows.Read, cancellationToken)).SingleOrDefault();

    public async Task<IReadOnlyList<LedgerRecord>> FindMessagesAsync(
        IReadOnlyCollection<string> baseKeys, CancellationToken cancellationToken)
    {
        var records = await ReadRowsAsync(LedgerRows.SelectByBaseKey, baseKeys, [], LedgerRows.Read, cancellationToken);

        return [.. records.OrderBy(record => record.ReceivedAt).ThenBy(record => record.Key, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<LedgerRecord>> FindMessagesAsync(
        IReadOnlyCollection<LinkKey> numbers, int max, CancellationToken cancellationToken)
    {
        var latest = await ReadRowsAsync(
            _selectMessagesByNumber, numbers, [SqlValue.Number("max", max)], LedgerRows.Read, cancellationToken);

        return [.. latest.Reverse()];
    }

    public Task<IReadOnlyList<LedgerRecord>> FindRecordsAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        ReadRowsAsync(_selectRecords, keys, [], LedgerRows.Read, cancellationToken);

    public async Task<IReadOnlyList<LedgerRecord>> FindMessagesAsync(MessageFilter filter, int max, CancellationToken cancellationToken)
    {
        if (filter.Outcome is not null && !Contracts.Outcomes.WorstFirst.Contains(filter.Outcome))
        {
            throw new ArgumentException("It is no outcome.", nameof(filter));
        }

        var where = new Conditions()
            .Add("m.source_id = @source_id", SqlValue.Text("source_id", filter.SourceId))
            .Add("m.received_at >= @from", SqlValue.Time("from", filter.From))
            .Add("m.received_at < @until", SqlValue.Time("until", filter.Until));

        // The index of the sources goes on with the outcome: all outcomes of a source are as many ranges of it, each in the order of time. With a limit
        // of its own each is read as far as it is wanted only; and by the time alone, since a second column would have PostgreSQL sort them all.
        string[] outcomes = filter is { SourceId: not null, Outcome: null } ? [.. Contracts.Outcomes.WorstFirst.Select(OfOutcome)] : [OfOutcome(filter.Outcome)];
        var ranges = outcomes.Select((outcome, i) =>
            $"select * from (select {LedgerRows.Selected} from messages m where {outcome} and {where.Text} order by m.received_at desc limit @max) r{i}");

        var latest = await ReadAsync(
            new Statement($"select {LedgerRows.Selected} from ({string.Join(" union all ", ranges)}) m order by m.received_at desc limit @max"),
            where.ParametersWith(SqlValue.Number("max", max)),
            LedgerRows.Read,
            cancellationToken);

        return [.. latest.OrderByDescending(record => record.ReceivedAt).ThenByDescending(record => record.Key, StringComparer.Ordinal)];
    }

    // In the text, and said twice: that the index of the rarer outcomes fits has to be seen without the values.
    private static string OfOutcome(string? outcome) => outcome switch
    {
        null => "true",
        Contracts.Outcomes.Applied => $"m.outcome = '{outcome}'",
        _ => $"m.outcome = '{outcome}' and m.outcome <> '{Contracts.Outcomes.Applied}'",
    };

    public Task<IReadOnlyList<HistoryEntry>> HistoryOfMessagesAsync(IReadOnlyCollection<string> messageKeys, CancellationToken cancellationToken) =>
        ReadRowsAsync(_selectHistoryOfMessages, messageKeys, [], HistoryRows.Read, cancellationToken);

    public async Task<IReadOnlySet<string>> PendingEventsAsync(IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken)
    {
        var ranges = await ReadAsync(_selectUnpublished, [], RangeRows.Read, cancellationToken);
        var pending = new HashSet<string>(StringComparer.Ordinal);

        // Mostly one go: only while the broker is away there are more of them.
        foreach (var positions in new PositionSet(ranges.Select(range => range.Positions)).Positions.Chunk(EventsAtOnce))
        {
            var events = await ReadRowsAsync(
                _selectEvents, positions, [], reader => (Id: reader.GetString(0), StudyId: reader.GetString(1)), cancellationToken);
            pending.UnionWith(events.Where(each => studyIds.Contains(each.StudyId)).Select(each => each.Id));
        }

        return pending;
    }

    // The database lowers the pattern too: SQLite knows ASCII letters only, and then at least an equal Ä is found.
    private static string? PatternOf(string? part) => part is null
        ? null
        : $"%{part.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%";

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        Statement statement, SqlValue[] parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(statement, parameters, cancellationToken, reader => rows.Add(read(reader)));

        return rows;
    }

    private async Task<IReadOnlyList<T>> ReadRowsAsync<TRow, T>(
        Statement<TRow> statement,
        IReadOnlyCollection<TRow> rows,
        SqlValue[] parameters,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var found = new List<T>();
        await using var session = await database.ReadAsync(cancellationToken);
        session.AddRows(statement, rows, parameters, reader => found.Add(read(reader)));
        await session.RunAsync(cancellationToken);

        return found;
    }
}
