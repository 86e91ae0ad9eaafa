using System.Data.Common;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

internal sealed class StudyReader(Database database) : IStudyReader
{
    private static readonly Statement _selectById = new($"select {StudyRows.Selected} from studies s where s.study_id = @id");

    private static readonly Statement _selectByUid = new($"select {StudyRows.Selected} from studies s where s.study_instance_uid = @uid");

    private static readonly Statement<LinkKey> _selectByLink = new(
        $"select {StudyRows.Selected} from studies s where s.study_id in ({LinkRows.StudyIds}) order by s.study_id", LinkRows.Keys);

    private static readonly Statement _selectLinks = new("select kind, value, issuer, study_id from links where study_id = @id");

    private static readonly Statement _selectHistory = new(
        $"select {HistoryRows.Selected} from history where study_id = @id order by id");

    private static readonly Statement _selectHistoryOfMessage = new(
        $"select {HistoryRows.Selected} from history where message_key = @key order by id");

    private static readonly Statement _selectMessage = new($"select {LedgerRows.Selected} from messages m where m.key = @key");

    public async Task<Study?> FindByIdAsync(string studyId, CancellationToken cancellationToken) =>
        (await ReadAsync(_selectById, [SqlValue.Text("id", studyId)], StudyRows.Read, cancellationToken)).SingleOrDefault();

    public async Task<Study?> FindByUidAsync(string studyInstanceUid, CancellationToken cancellationToken) =>
        (await ReadAsync(_selectByUid, [SqlValue.Text("uid", studyInstanceUid)], StudyRows.Read, cancellationToken)).SingleOrDefault();

    public async Task<IReadOnlyList<Study>> FindByLinkAsync(LinkKind kind, string value, CancellationToken cancellationToken)
    {
        var studies = new List<Study>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunRowsAsync(
            _selectByLink, [new LinkKey(kind, value)], cancellationToken, reader => studies.Add(StudyRows.Read(reader)));

        return studies;
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

    public Task<IReadOnlyList<Study>> ListAsync(StudyFilter filter, int limit, string? after, CancellationToken cancellationToken)
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
            new Statement($"select {StudyRows.Selected} from studies s where {where.Text} order by s.study_id limit @max"),
            where.ParametersWith(SqlValue.Number("max", limit)),
            StudyRows.Read,
            cancellationToken);
    }

    public Task<IReadOnlyList<HistoryEntry>> HistoryAsync(string studyId, CancellationToken cancellationToken) =>
        ReadAsync(_selectHistory, [SqlValue.Text("id", studyId)], HistoryRows.Read, cancellationToken);

    public Task<IReadOnlyList<HistoryEntry>> HistoryOfMessageAsync(string messageKey, CancellationToken cancellationToken) =>
        ReadAsync(_selectHistoryOfMessage, [SqlValue.Text("key", messageKey)], HistoryRows.Read, cancellationToken);

    public async Task<LedgerRecord?> FindMessageAsync(string key, CancellationToken cancellationToken) =>
        (await ReadAsync(_selectMessage, [SqlValue.Text("key", key)], LedgerRows.Read, cancellationToken)).SingleOrDefault();

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
}
