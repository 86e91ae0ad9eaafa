using System.Text.Json;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Store;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>Everything that a store holds.</summary>
/// <param name="RowLinks">The links as the rows of the studies tell them, and as the table does where a row does not.</param>
internal sealed record Contents(
    IReadOnlyList<Study> Studies,
    IReadOnlyList<LedgerRecord> Records,
    IReadOnlyList<HistoryEntry> History,
    IReadOnlyList<OutboxEntry> Events,
    IReadOnlyList<Link> Links,
    IReadOnlyList<Link> RowLinks,
    IReadOnlyList<string> DeadLetterKeys,
    int Unpublished,
    int Parked)
{
    public static Contents Of(MemoryTables tables) => new(
        [.. tables.Studies.Values], [.. tables.Records.Values], tables.History, tables.Outbox, [.. tables.Links], [.. tables.Links],
        [.. tables.DeadLetters.Select(letter => letter.MessageKey)], 0, tables.Parked.Count);

    public static async Task<Contents> ReadAsync(Database database, CancellationToken cancellationToken)
    {
        var (studies, records, history, events) = (new List<Study>(), new List<LedgerRecord>(), new List<HistoryEntry>(), new List<OutboxEntry>());
        var (links, letters, unpublished, parked) = (new List<Link>(), new List<string>(), 0, 0);
        await using var session = await database.ReadAsync(cancellationToken);
        var told = new Dictionary<string, List<Link>>(StringComparer.Ordinal);
        session.Add(new Statement($"select {StudyRows.SelectedWithLinks} from studies s"), [], reader =>
        {
            var study = StudyRows.Read(reader);
            studies.Add(study);

            if (StudyRows.ReadLinks(reader, study.StudyId) is { } own)
            {
                told.Add(study.StudyId, own);
            }
        });
        session.Add(new Statement($"select {LedgerRows.Selected} from messages m"), [], reader => records.Add(LedgerRows.Read(reader)));
        session.Add(new Statement($"select {HistoryRows.Selected} from history order by id"), [], reader => history.Add(HistoryRows.Read(reader)));
        session.Add(new Statement($"select {OutboxRows.Selected} from outbox o order by position"), [], reader => events.Add(OutboxRows.Read(reader)));
        session.Add(new Statement("select l.kind, l.value, l.issuer, l.study_id from links l"), [], reader => links.Add(LinkRows.Read(reader)));
        session.Add(new Statement("select message_key from dead_letters"), [], reader => letters.Add(reader.GetString(0)));
        session.Add(new Statement("select 1 from outbox_unpublished"), [], _ => unpublished++);
        session.Add(new Statement("select 1 from parked"), [], _ => parked++);
        await session.RunAsync(cancellationToken);

        List<Link> rowLinks = [.. told.Values.SelectMany(own => own), .. links.Where(link => !told.ContainsKey(link.StudyId))];

        return new Contents(studies, records, history, events, links, rowLinks, letters, unpublished, parked);
    }

    /// <summary>The units of all records that had an effect, as the ledger tells them.</summary>
    public IEnumerable<(string EventId, string Key, int Unit)> Effects() =>
        from record in Records
        let result = JsonElement.Parse(record.Result)
        from unit in UnitsOf(result)
        where unit.TryGetProperty("eventId", out var id) && id.ValueKind == JsonValueKind.String
        select (unit.GetProperty("eventId").GetString()!, record.Key, unit.GetProperty("unit").GetInt32());

    private static IEnumerable<JsonElement> UnitsOf(JsonElement result) =>
        result.TryGetProperty("units", out var units) ? units.EnumerateArray() : [];
}
