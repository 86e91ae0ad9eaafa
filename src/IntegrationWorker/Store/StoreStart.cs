using IntegrationWorker.Store.Protection;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Store;

/// <summary>Before anything else starts: tables of this version, and the keys that belong to the store.</summary>
internal sealed class StoreStart(
    IOptions<StoreOptions> options, StoreMigrator migrator, ProtectionCheck protection, ILogger<StoreStart> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
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

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
