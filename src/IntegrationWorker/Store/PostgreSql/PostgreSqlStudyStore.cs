using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Store.PostgreSql;

internal sealed class PostgreSqlStudyStore(PostgreSqlDatabase database, DataProtector protector) : IStudyStore
{
    public bool TakesSeveralBatches => true;

    public async Task<IStoreBatch> BeginAsync(CancellationToken cancellationToken) =>
        new PostgreSqlStoreBatch(await database.BeginAsync(cancellationToken), protector);
}
