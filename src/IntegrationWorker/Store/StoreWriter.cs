using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>Writes the changes of a batch: one statement for each kind of row, however many there are.</summary>
internal static class StoreWriter
{
    private static readonly Statement<StudyRow> _insertStudies = new(
        """
        insert into studies (
            study_id, study_instance_uid, description, severity, viewer_status, is_cancelled, cancelled_at, assigned_to,
            org_id, express_customer_id, created_at, updated_at, created_by, version, state, links)
        select
            r.study_id, r.study_instance_uid, r.description, r.severity, r.viewer_status, r.is_cancelled, r.cancelled_at, r.assigned_to,
            r.org_id, r.express_customer_id, r.created_at, r.updated_at, r.created_by, r.version, r.state, r.links
        from {rows}
        """,
        StudyRows.Columns);

    private static readonly Statement<StudyRow> _updateStudies = new(
        """
        update studies set
            description = r.description, severity = r.severity, viewer_status = r.viewer_status, is_cancelled = r.is_cancelled,
            cancelled_at = r.cancelled_at, assigned_to = r.assigned_to, org_id = r.org_id, express_customer_id = r.express_customer_id,
            updated_at = r.updated_at, version = r.version, state = r.state, links = coalesce(r.links, studies.links)
        from {rows}
        where studies.study_id = r.study_id
        """,
        StudyRows.Columns);

    private static readonly Statement<KeyValuePair<string, string?>> _setLinks = new(
        "update studies set links = r.links from {rows} where studies.study_id = r.study_id",
        Column<KeyValuePair<string, string?>>.Text("study_id", document => document.Key),
        Column<KeyValuePair<string, string?>>.Text("links", document => document.Value));

    private static readonly Statement<Link> _deleteLinks = new(
        """
        delete from links
        where (kind, value, issuer, study_id) in (select r.kind, r.value, r.issuer, r.study_id from {rows})
        """,
        LinkRows.Columns);

    private static readonly Statement<Link> _insertLinks = new(
        """
        insert into links (kind, value, issuer, study_id)
        select r.kind, r.value, r.issuer, r.study_id from {rows} where true
        on conflict do nothing
        """,
        LinkRows.Columns);

    private static readonly Statement<LedgerRecord> _insertRecords = new(
        """
        insert into messages (
            key, base_key, generation, fingerprint, source_id, message_type, received_at, last_message_time, outcome, result)
        select
            r.key, r.base_key, r.generation, r.fingerprint, r.source_id, r.message_type, r.received_at, r.last_message_time,
            r.outcome, r.result
        from {rows}
        """,
        LedgerRows.Columns);

    private static readonly Statement<LedgerRecord> _updateRecords = new(
        """
        update messages set last_message_time = r.last_message_time, outcome = r.outcome, result = r.result
        from {rows}
        where messages.key = r.key
        """,
        LedgerRows.Columns);

    private static readonly Statement<HistoryEntry> _insertHistory = new(
        """
        insert into history (study_id, version, at, message_key, unit, source_id, message_type, outcome, detail)
        select r.study_id, r.version, r.at, r.message_key, r.unit, r.source_id, r.message_type, r.outcome, r.detail from {rows}
        """,
        HistoryRows.Columns);

    // The latest event is never deleted, so no position is given out twice.
    private const string LastPosition = "(select coalesce(max(position), 0) as position from outbox) as last";

    private static readonly Statement<(int Place, OutboxEntry Entry)> _insertOutbox = new(
        $$"""
        insert into outbox (position, event_id, study_id, version, created_at, body)
        select last.position + r.place, r.event_id, r.study_id, r.version, r.created_at, r.body from {rows} cross join {{LastPosition}}
        """,
        OutboxRows.Columns);

    // Whoever saves events does so alone: the older ones are all there.
    private static readonly Statement _findUnpublished = new("select 1 from outbox_unpublished where first_position > 0 limit 1");

    // One row for all events of a batch: whoever publishes them takes it away again.
    private static readonly Statement _insertUnpublished = new($"""
        insert into outbox_unpublished (first_position, last_position, created_at)
        select last.position - @count + 1, last.position, @created_at from {LastPosition}
        returning last_position
        """);

    private static readonly Statement<string> _deleteParked = new(
        "delete from parked where unit_key in (select r.unit_key from {rows})", ParkedRows.UnitKeys);

    private static readonly Statement<string> _deleteParkedKeys = new(
        "delete from parked_keys where unit_key in (select r.unit_key from {rows})", ParkedRows.UnitKeys);

    private static readonly Statement<(ParkedUnit Unit, byte[] Payload)> _insertParked = new(
        """
        insert into parked (unit_key, message_key, received_at, expires_at, payload)
        select r.unit_key, r.message_key, r.received_at, r.expires_at, r.payload from {rows}
        """,
        ParkedRows.Columns);

    private static readonly Statement<(LinkKey Key, string UnitKey)> _insertParkedKeys = new(
        """
        insert into parked_keys (kind, value, unit_key)
        select r.kind, r.value, r.unit_key from {rows} where true
        on conflict do nothing
        """,
        ParkedRows.KeyColumns);

    private static readonly Statement<SubscriptionPosition> _upsertPositions = new(
        """
        insert into subscription_positions (
            source_id, subscription_id, position, seen, last_heard_at, gap_since, highest, status, contiguous_at)
        select
            r.source_id, r.subscription_id, r.position, r.seen, r.last_heard_at, r.gap_since, r.highest, r.status, r.contiguous_at
        from {rows} where true
        on conflict (source_id, subscription_id) do update set
            position = excluded.position, seen = excluded.seen, last_heard_at = excluded.last_heard_at, gap_since = excluded.gap_since,
            highest = excluded.highest, status = excluded.status, contiguous_at = excluded.contiguous_at
        """,
        PositionRows.Columns);

    /// <summary>Queues everything but the events.</summary>
    /// <param name="loaded">Of the studies that the transaction has loaded.</param>
    public static void Add(SqlSession session, BatchChanges changes, LoadedLinks loaded, DataProtector protector)
    {
        var links = loaded.DocumentsFor(changes);
        session.AddRows(_insertStudies, RowsOf(changes.NewStudies, links));
        session.AddRows(
            _updateStudies,
            RowsOf(changes.ChangedStudies, links),
            rowsExpected: changes.ChangedStudies.TrueForAll(loaded.HasLoaded) ? null : changes.ChangedStudies.Count);

        // What a batch both removes and adds is there afterwards.
        session.AddRows(_deleteLinks, changes.RemovedLinks);
        session.AddRows(_insertLinks, changes.NewLinks);

        session.AddRows(_insertRecords, changes.NewRecords);
        session.AddRows(_updateRecords, changes.ChangedRecords, rowsExpected: changes.ChangedRecords.Count);
        session.AddRows(_insertHistory, changes.History);

        session.AddRows(_deleteParked, changes.RemovedParked);
        session.AddRows(_deleteParkedKeys, changes.RemovedParked);
        session.AddRows(_insertParked, [.. changes.NewParked.Select(unit => (unit, ParkedRows.Seal(unit, protector)))]);
        session.AddRows(_insertParkedKeys, [.. changes.NewParked.SelectMany(unit => unit.Keys.Select(key => (key, unit.UnitKey)))]);

        // Whoever changes them locks a replay job before its cases, and a case before the hold behind it: so nobody waits for each other.
        if (changes.Replay is { } progress)
        {
            ReplayRows.Add(session, progress);
        }

        CaseRows.Add(session, changes.CaseSteps);
        HoldRows.Add(session, changes, protector);
        session.AddRows(DeadLetterRows.Insert, [.. changes.DeadLetters.Select(entry => DeadLetterRows.Seal(entry, protector))]);
        CaseRows.AddKeys(session, changes.DeadLetters);

        session.AddRows(_upsertPositions, changes.Positions);
        PlanRows.Add(session, changes, protector);
        session.AddRows(FetchRows.Upsert, FetchRows.Distinct(changes.Fetches));

        // After a study has got another id: the links are those of the new one.
        session.AddRows(_setLinks, [.. links]);
    }

    // Takes the documents that are written with their studies.
    private static List<StudyRow> RowsOf(List<Study> studies, Dictionary<string, string?> links)
    {
        var rows = new List<StudyRow>(studies.Count);

        foreach (var study in studies)
        {
            var document = links.GetValueOrDefault(study.StudyId);

            if (document is not null)
            {
                links.Remove(study.StudyId);
            }

            rows.Add(new StudyRow(study, document));
        }

        return rows;
    }

    /// <summary>Queues the events; they learn their positions, and whether others have to go before them, when the queue is run.</summary>
    public static void AddOutbox(SqlSession session, IReadOnlyList<OutboxEntry> entries)
    {
        var isNext = true;
        (int Place, OutboxEntry Entry)[] placed = [.. entries.Select((entry, index) => (index + 1, entry))];
        session.AddRows(_insertOutbox, placed);
        session.Add(_findUnpublished, [], _ => isNext = false);
        session.Add(
            _insertUnpublished,
            [SqlValue.Number("count", placed.Length), SqlValue.Time("created_at", entries.Max(entry => entry.CreatedAt))],
            reader =>
            {
                foreach (var (place, entry) in placed)
                {
                    entry.Position = reader.GetInt64(0) - placed.Length + place;
                    entry.IsNext = isNext;
                }
            });
    }
}
