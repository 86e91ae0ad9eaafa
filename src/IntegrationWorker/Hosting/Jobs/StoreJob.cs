using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>A job on the store: waits for its next time when the store is not open, or fails.</summary>
[DisallowConcurrentExecution]
internal abstract class StoreJob(StoreGate gate, ILogger logger) : IJob
{
    // A connection that was not used since the database was restarted fails once: no reason to wait for an hour.
    private const int AttemptsMax = 4;

    protected IJobExecutionContext Context { get; private set; } = null!;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        Context = context;

        if (!gate.IsOpen)
        {
            return;
        }

        var backOff = new BackOff(TimeProvider.System);

        for (var attempt = 1; !await TryRunAsync(isLast: attempt == AttemptsMax, cancellationToken); attempt++)
        {
            await backOff.WaitAsync(cancellationToken);
        }
    }

    // True: it has run, or is not to be tried again now.
    private async Task<bool> TryRunAsync(bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (SurroundingsFailure.Is(failure) && !isLast)
        {
            return false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            HostingLog.JobFailed(logger, GetType().Name, SurroundingsFailure.Describe(failure));
            return true;
        }
    }

    protected abstract Task RunAsync(CancellationToken cancellationToken);
}
