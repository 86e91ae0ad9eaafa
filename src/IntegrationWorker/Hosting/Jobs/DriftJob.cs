using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Target;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>Looks for what differs between the reading platform and our record, and takes over what was changed there.</summary>
[DisallowConcurrentExecution]
internal sealed class DriftJob(DriftFinder finder, StoreGate gate, ILogger<DriftJob> logger) : StoreJob(gate, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var report = await finder.FindAsync(takesOver: true, cancellationToken);
        TargetLog.Compared(logger, report.Studies, report.Total);
    }
}
