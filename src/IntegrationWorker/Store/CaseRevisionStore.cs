using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

/// <summary>The edits of dead letters.</summary>
internal sealed class CaseRevisionStore(Database database, DataProtector protector)
{
    private static readonly Statement<(CaseRevision Revision, byte[] Body)> _insert = new(
        """
        insert into dead_letter_revisions (dead_letter_id, revision, at, editor, why, body)
        select r.id, r.revision, r.at, r.editor, r.why, r.body from {rows}
        """,
        Column<(CaseRevision Revision, byte[] Body)>.Text("id", row => row.Revision.DeadLetterId),
        Column<(CaseRevision Revision, byte[] Body)>.Number("revision", row => row.Revision.Revision),
        Column<(CaseRevision Revision, byte[] Body)>.Time("at", row => row.Revision.At),
        Column<(CaseRevision Revision, byte[] Body)>.Text("editor", row => row.Revision.Editor),
        Column<(CaseRevision Revision, byte[] Body)>.Text("why", row => row.Revision.Why),
        Column<(CaseRevision Revision, byte[] Body)>.Bytes("body", row => row.Body));

    private static readonly Statement _approve = new("""
        update dead_letter_revisions set approved_at = @at, approved_by = @who
        where dead_letter_id = @id and revision = @revision and approved_at is null
        """);

    private static readonly Statement _select = new("""
        select dead_letter_id, revision, at, editor, why, body, approved_at, approved_by from dead_letter_revisions
        where dead_letter_id = @id order by revision
        """);

    /// <summary>Where an encrypted edit belongs.</summary>
    public static string PlaceOf(string id, int revision) => $"dead_letter_revisions/{id}/{revision}";

    /// <summary>Adds an edit with the step that records it. False when the dead letter is not where the step begins, or somebody else has edited it.</summary>
    public Task<bool> AddAsync(CaseRevision revision, CaseStep step, CancellationToken cancellationToken) => TryAsync(
        session =>
        {
            session.AddRows(_insert, [(revision, protector.Protect(revision.Body, PlaceOf(revision.DeadLetterId, revision.Revision)))]);
            CaseRows.Add(session, [step]);
        },
        cancellationToken);

    /// <summary>Approves an edit with the step that makes it what a replay takes. False when it is approved already, or the dead letter is not open.</summary>
    public Task<bool> ApproveAsync(string id, int revision, string who, DateTimeOffset at, CaseStep step, CancellationToken cancellationToken) => TryAsync(
        session =>
        {
            session.Add(
                _approve,
                [SqlValue.Time("at", at), SqlValue.Text("who", who), SqlValue.Text("id", id), SqlValue.Number("revision", revision)],
                rowsExpected: 1);
            CaseRows.Add(session, [step]);
        },
        cancellationToken);

    /// <summary>All edits, the first one first.</summary>
    public async Task<IReadOnlyList<CaseRevision>> ListAsync(string id, CancellationToken cancellationToken)
    {
        var revisions = new List<CaseRevision>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(
            _select,
            [SqlValue.Text("id", id)],
            cancellationToken,
            reader => revisions.Add(new CaseRevision(
                reader.GetString(0),
                (int)reader.GetInt64(1),
                reader.Time(2),
                reader.GetString(3),
                reader.GetString(4),
                protector.Unprotect(reader.Bytes(5), PlaceOf(id, (int)reader.GetInt64(1))),
                reader.TimeOrNull(6),
                reader.Text(7))));

        return revisions;
    }

    private async Task<bool> TryAsync(Action<SqlSession> queue, CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await database.BeginAsync(cancellationToken);
            queue(session);
            await session.RunAsync(cancellationToken);
            await session.CommitAsync(cancellationToken);

            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }
}
