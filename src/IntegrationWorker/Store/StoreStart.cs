using IntegrationWorker.Store.Protection;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Store;

/// <summary>Opens the store: tables of this version, and the keys that belong to it.</summary>
internal sealed class StoreStart(
    IOptions<StoreOptions> options, StoreMigrator migrator, ProtectionCheck protection, ILogger<StoreStart> logger)
{
    /// <exception cref="ProtectionException">The keys are not those of the store.</exception>
    /// <exception cref="InvalidOperationException">The tables are those of another version and may not be migrated.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (options.Value.MigrateAtStart)
        {
            await migrator.MigrateAsync(cancellationToken);
        }
        else if (await migrator.IsBehindAsync(cancellationToken))
        {
            throw new InvalidOperationException(
                "The store is older than this worker and Store:MigrateAtStart is false. Run the verb migrate, or set it to true.");
        }

        await protection.EnsureAsync(cancellationToken);
        StoreLog.Ready(logger, options.Value.Provider);
    }
}
