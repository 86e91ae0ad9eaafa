using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>Ends the waiting of units whose study never came.</summary>
[DisallowConcurrentExecution]
internal sealed class ParkedExpiryJob(ParkedExpiry expiry, StoreGate gate, ILogger<ParkedExpiryJob> logger) : StoreJob(gate, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken) => await expiry.ExpireAsync(cancellationToken);
}
