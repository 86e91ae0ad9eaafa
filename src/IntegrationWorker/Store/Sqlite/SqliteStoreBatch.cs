using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>A transaction of the one writer: it began by keeping all others out, so nothing in it has to be locked.</summary>
internal sealed class SqliteStoreBatch(SqlSession session, DataProtector protector) : StoreBatch(session, protector)
{
    private static readonly Statement<string> _selectRecords = new(
        $$"""
        select {{LedgerRows.Selected}} from {rows} join messages m on m.key = r.key
        union all
        select {{LedgerRows.Selected}} from {rows} join messages m on m.base_key = r.key and m.generation <> 1
        """,
        LedgerRows.Keys);

    public override async Task<IReadOnlyList<LedgerRecord>> ClaimAsync(
        IReadOnlyCollection<string> baseKeys, CancellationToken cancellationToken)
    {
        var records = new List<LedgerRecord>();
        await Session.RunRowsAsync(_selectRecords, baseKeys, cancellationToken, reader => records.Add(LedgerRows.Read(reader)));

        return records;
    }

    public override Task CommitAsync(CancellationToken cancellationToken) => Session.CommitAsync(cancellationToken);

    protected override void AddIdentifierLocks(IReadOnlyCollection<LinkKey> keys)
    {
    }

    protected override void AddPositionLocks(IReadOnlyCollection<(string SourceId, string SubscriptionId)> keys)
    {
    }

    protected override void OnSaving(BatchChanges changes)
    {
    }
}
