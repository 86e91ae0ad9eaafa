using System.Collections.Concurrent;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;

namespace IntegrationWorker.Access;

/// <summary>Notes when keys are used and writes it down once a minute: no request waits for that.</summary>
internal sealed class ApiKeyUses(ApiKeyStore store, ApiKeyCache cache, StoreGate gate, TimeProvider time, ILogger<ApiKeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan _every = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _uses = new();

    public void Note(Guid keyId) => _uses[keyId] = time.GetUtcNow();

    /// <summary>Writes what was noted since the last time.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        KeyValuePair<Guid, DateTimeOffset>[] uses = [.. _uses];

        if (uses.Length == 0)
        {
            return;
        }

        await store.WriteUsesAsync(uses, cancellationToken);

        foreach (var use in uses)
        {
            _uses.TryRemove(use); // Unless it was used again in the meantime.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gate.WaitAsync(stoppingToken);
            await WarnAsync(stoppingToken);
            using var timer = new PeriodicTimer(_every, time);

            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryWriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await TryWriteAsync(CancellationToken.None);
        }
    }

    private async Task WarnAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await cache.HasAnyAsync(cancellationToken))
            {
                AccessLog.NoKeys(logger);
            }
        }
        catch (Exception e) when (SurroundingsFailure.Is(e))
        {
            AccessLog.UsesNotWritten(logger, SurroundingsFailure.Describe(e));
        }
    }

    // What could not be written is written the next time.
    private async Task TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            AccessLog.UsesNotWritten(logger, SurroundingsFailure.Describe(e));
        }
    }
}
