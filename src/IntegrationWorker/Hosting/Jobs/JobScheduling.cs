using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>Starts the jobs once the store is open: on PostgreSQL their schedule is kept there.</summary>
internal sealed class JobScheduling(ISchedulerFactory schedulers, JobNames names, StoreGate gate, TimeProvider time, ILogger<JobScheduling> logger)
    : StoreWork(gate)
{
    private IScheduler? _scheduler;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        if (_scheduler is not null)
        {
            await _scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken);
        }
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        var backOff = new BackOff(time);

        while (!await TryStartAsync(stoppingToken))
        {
            await backOff.WaitAsync(stoppingToken);
        }
    }

    // On PostgreSQL the schedule outlives the settings that it was made from.
    private async Task RemoveLeftOversAsync(IScheduler scheduler, CancellationToken stoppingToken)
    {
        var kept = await scheduler.GetJobKeys(GroupMatcher<JobKey>.AnyGroup(), stoppingToken);

        foreach (var key in kept.Where(key => names.IsLeftOver(key.Name)))
        {
            await scheduler.DeleteJob(key, stoppingToken);
            HostingLog.JobRemoved(logger, key.Name);
        }
    }

    private async Task<bool> TryStartAsync(CancellationToken stoppingToken)
    {
        try
        {
            _scheduler = await schedulers.GetScheduler(stoppingToken);
            await RemoveLeftOversAsync(_scheduler, stoppingToken);
            await _scheduler.Start(stoppingToken);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            HostingLog.JobsDoNotStart(logger, SurroundingsFailure.Describe(failure));
            return false;
        }
    }
}
