using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Store.PostgreSql;

internal sealed class PostgreSqlStudyStore(PostgreSqlDatabase database, DataProtector protector) : IStudyStore
{
    public async Task<IStoreBatch> BeginAsync(CancellationToken cancellationToken) =>
        new PostgreSqlStoreBatch(await database.BeginAsync(cancellationToken), protector);
}
