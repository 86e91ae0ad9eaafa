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
        """);

    private static readonly Statement _selectLinks = new("select kind, value, issuer, study_id from links where study_id = @id");

    private static readonly Statement _selectHistory = new(
        $"select {HistoryRows.Selected} from history where study_id = @id order by id");

    private static readonly Statement _selectHistoryOfMessage = new(
        $"select {HistoryRows.Selected} from history where message_key = @key order by id");

    private static readonly Statement _selectMessage = new($"select {LedgerRows.Selected} from messages m where m.key = @key");

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

    public async Task<IReadOnlyList<NumberedStudy>> ShowByNumberAsync(LinkKey number, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(
            _selectByNumber,
            [SqlValue.Number("kind", (long)number.Kind), SqlValue.Text("value", number.Value)],
            reader => new NumberedStudy(SnapshotRows.Read(reader), reader.GetString(SnapshotRows.SelectedColumns) is { Length: > 0 } issuer ? issuer : null),
            cancellationToken);

        // Mostly it is one: the database need not sort.
        return found.Count < 2 ? found : [.. found.OrderBy(one => one.Study.StudyId, StringComparer.Ordinal)];
    }

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

    public async Task<IReadOnlyList<LedgerRecord>> FindMessagesAsync(MessageFilter filter, int max, CancellationToken cancellationToken)
    {
        var latest = new List<LedgerRecord>();
        await using var session = await database.SearchAsync(cancellationToken);
        MessageSearch.Add(session, filter, max, reader => latest.Add(LedgerRows.Read(reader)));
        await session.RunAsync(cancellationToken);

        return latest;
    }

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
