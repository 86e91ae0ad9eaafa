using IntegrationWorker.DeadLetters;
using IntegrationWorker.Hosting.Health;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>Closes dead letters whose every statement newer messages have settled.</summary>
[DisallowConcurrentExecution]
internal sealed class SupersedeJob(CaseSuperseder superseder, StoreGate gate, ILogger<SupersedeJob> logger) : StoreJob(gate, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await superseder.RunAsync(cancellationToken) is > 0 and var closed)
        {
            HostingLog.Superseded(logger, closed);
        }
    }
}
