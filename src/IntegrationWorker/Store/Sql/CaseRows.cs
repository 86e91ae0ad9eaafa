namespace IntegrationWorker.Store.Sql;

/// <summary>Steps in the life of dead letters, and the numbers they are found by.</summary>
internal static class CaseRows
{
    // By the id only: an index of the status would lead to all that are being replayed, for each row anew.
    private static readonly Statement<CaseStep> _update = new(
        """
        update dead_letters set
            status = r.to_status,
            attempts = dead_letters.attempts + r.replays,
            closed_at = r.closed_at,
            closed_reason = r.closed_reason,
            first_code = coalesce(dead_letters.first_code, case when r.code <> dead_letters.code then dead_letters.code end),
            code = coalesce(r.code, dead_letters.code),
            location = case when r.code is null then dead_letters.location else r.location end,
            cause = case when r.code is null then dead_letters.cause else r.cause end,
            revision = coalesce(r.revision, dead_letters.revision),
            draft = coalesce(r.draft, dead_letters.draft)
        from {rows}
        where dead_letters.id = r.id and coalesce(dead_letters.status, '') = r.from_status
        """,
        Column<CaseStep>.Text("id", step => step.Id),
        Column<CaseStep>.Text("from_status", step => step.From),
        Column<CaseStep>.Text("to_status", step => step.To),
        Column<CaseStep>.Number("replays", step => step.IsReplay ? 1 : 0),
        Column<CaseStep>.Time("closed_at", step => step.ClosedAt),
        Column<CaseStep>.Text("closed_reason", step => step.ClosedReason),
        Column<CaseStep>.Text("code", step => step.Error?.Code),
        Column<CaseStep>.Text("location", step => step.Error?.Location),
        Column<CaseStep>.Text("cause", step => step.Error?.Cause ?? ""),
        Column<CaseStep>.Number("revision", step => step.Revision),
        Column<CaseStep>.Number("draft", step => step.Draft));

    private static readonly Statement<CaseStep> _insertAttempts = new(
        """
        insert into dead_letter_attempts (dead_letter_id, at, who, why, action, outcome, code, revision, detail)
        select r.dead_letter_id, r.at, r.who, r.why, r.action, r.outcome, r.code, r.revision, r.detail from {rows}
        """,
        Column<CaseStep>.Text("dead_letter_id", step => step.Id),
        Column<CaseStep>.Time("at", step => step.Attempt.At),
        Column<CaseStep>.Text("who", step => step.Attempt.Who),
        Column<CaseStep>.Text("why", step => step.Attempt.Why),
        Column<CaseStep>.Text("action", step => step.Attempt.Action),
        Column<CaseStep>.Text("outcome", step => step.Attempt.Outcome),
        Column<CaseStep>.Text("code", step => step.Attempt.Code),
        Column<CaseStep>.Number("revision", step => step.Attempt.Revision),
        Column<CaseStep>.Json("detail", step => step.Attempt.Detail));

    private static readonly Statement<(string Id, Studies.LinkKey Key)> _insertKeys = new(
        """
        insert into dead_letter_keys (kind, value, dead_letter_id)
        select r.kind, r.value, r.id from {rows} where true
        on conflict do nothing
        """,
        Column<(string Id, Studies.LinkKey Key)>.Number("kind", row => (long)row.Key.Kind),
        Column<(string Id, Studies.LinkKey Key)>.Text("value", row => row.Key.Value),
        Column<(string Id, Studies.LinkKey Key)>.Text("id", row => row.Id));

    /// <summary>Queues steps. Running them fails with a conflict when one of the cases is not where its step begins.</summary>
    public static void Add(SqlSession session, IReadOnlyCollection<CaseStep> steps)
    {
        session.AddRows(_update, steps, rowsExpected: steps.Count);
        session.AddRows(_insertAttempts, steps);

        // Nobody waits behind what is closed.
        HoldRows.AddEnds(session, [.. steps.Where(step => DeadLetterStatus.IsClosed(step.To)).Select(step => step.Id)]);
    }

    /// <summary>Queues the numbers of new cases.</summary>
    public static void AddKeys(SqlSession session, IEnumerable<DeadLetterEntry> entries) =>
        session.AddRows(_insertKeys, [.. entries.SelectMany(entry => entry.Keys.Select(key => (entry.Id, key)))]);
}
