using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>A job on the store: waits for its next time when the store is not open, or fails.</summary>
[DisallowConcurrentExecution]
internal abstract class StoreJob(StoreGate gate, ILogger logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        if (!gate.IsOpen)
        {
            return;
        }

        try
        {
            await RunAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            HostingLog.JobFailed(logger, GetType().Name, SurroundingsFailure.Describe(failure));
        }
    }

    protected abstract Task RunAsync(CancellationToken cancellationToken);
}
