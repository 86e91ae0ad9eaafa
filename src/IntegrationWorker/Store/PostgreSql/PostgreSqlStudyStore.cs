using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Store.PostgreSql;

internal sealed class PostgreSqlStudyStore(PostgreSqlDatabase database, DataProtector protector) : IStudyStore
{
    // A full batch has some 1,300 locks, and a worker three such batches with two ahead: there is to be room for three such workers. What a
    // server has by default (6,400) is enough for them with one ahead, mostly.
    private const long SlotsForTwoAhead = 3 * 3 * 1_300;

    private volatile int _batchesAheadMax;

    public int BatchesAheadMax => Math.Max(1, _batchesAheadMax);

    public async Task<IStoreBatch> BeginAsync(CancellationToken cancellationToken)
    {
        if (_batchesAheadMax == 0)
        {
            _batchesAheadMax = await database.CountLockSlotsAsync(cancellationToken) >= SlotsForTwoAhead ? 2 : 1;
        }

        return new PostgreSqlStoreBatch(await database.BeginAsync(cancellationToken), protector);
    }
}
