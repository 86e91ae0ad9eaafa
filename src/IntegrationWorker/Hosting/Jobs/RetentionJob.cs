using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Store;
using Microsoft.Extensions.Options;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>Deletes what is kept no longer, in small steps that never stand in the way of a message for long.</summary>
[DisallowConcurrentExecution]
internal sealed class RetentionJob(
    IStoreMaintenance store,
    IOutboxStore outbox,
    StoreGate gate,
    IOptions<RetentionOptions> retention,
    IOptions<BrokerOptions> broker,
    TimeProvider time,
    ILogger<RetentionJob> logger) : StoreJob(gate, logger)
{
    private const int RowsOfAStep = 500;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await LetEventsGoAsync(cancellationToken);
        var deleted = await PurgeAsync(cancellationToken);

        if (deleted > 0)
        {
            HostingLog.Purged(logger, deleted);
        }
    }

    // Without a broker nobody publishes them: they have been there to be read for long enough.
    private async Task LetEventsGoAsync(CancellationToken cancellationToken)
    {
        if (broker.Value.IsRabbitMq)
        {
            return;
        }

        while (await outbox.TakeUnpublishedAsync(TimeSpan.FromDays(retention.Value.EventDays), RowsOfAStep, cancellationToken) is { Count: > 0 } old)
        {
            await outbox.MarkPublishedAsync([.. old.Select(entry => entry.Position)], cancellationToken);
            await Task.Delay(_pause, time, cancellationToken);
        }
    }

    private async Task<long> PurgeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var options = retention.Value;
        var cutOffs = new RetentionCutOffs(
            now.AddDays(-options.MessageDays),
            now.AddDays(-options.HistoryDays),
            now.AddDays(-options.ClosedDeadLetterDays),
            now.AddDays(-options.EventDays),
            now.AddDays(-options.ClosedGapDays));
        var total = 0L;

        while (await store.PurgeAsync(cutOffs, RowsOfAStep, cancellationToken) is > 0 and var deleted)
        {
            total += deleted;
            await Task.Delay(_pause, time, cancellationToken);
        }

        return total;
    }
}
