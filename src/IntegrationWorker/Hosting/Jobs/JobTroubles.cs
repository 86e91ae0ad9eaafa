using IntegrationWorker.Intake;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>Tells now and then that the schedule cannot be read; the library itself would tell each attempt with all it knows.</summary>
internal sealed class JobTroubles(TimeProvider time, ILogger<JobTroubles> logger) : ISchedulerListener
{
    private static readonly TimeSpan _tellEvery = TimeSpan.FromMinutes(10);

    private long? _told;

    public ValueTask SchedulerError(IScheduler scheduler, SchedulerErrorContext context, CancellationToken cancellationToken)
    {
        if (_told is not { } told || time.GetElapsedTime(told) >= _tellEvery)
        {
            _told = time.GetTimestamp();
            HostingLog.ScheduleFails(logger, SurroundingsFailure.Describe(context.Exception));
        }

        return ValueTask.CompletedTask;
    }
}
