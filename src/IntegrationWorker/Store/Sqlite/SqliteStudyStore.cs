using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Store.Sqlite;

internal sealed class SqliteStudyStore(SqliteDatabase database, DataProtector protector) : IStudyStore
{
    public async Task<IStoreBatch> BeginAsync(CancellationToken cancellationToken) =>
        new SqliteStoreBatch(await database.BeginAsync(cancellationToken), protector);
}
