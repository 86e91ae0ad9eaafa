using System.Globalization;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class StoreHealth(Database database, TimeProvider time) : IStoreHealth
{
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        await using var session = await database.BeginRelaxedAsync(cancellationToken);
        await StoreMeta.WriteAsync(session, "health.checked-at", now, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }
}
