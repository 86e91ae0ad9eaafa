using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Replays;

/// <summary>Drives the replay jobs that nobody drives: new ones, and those whose worker has gone. One at a time in each worker.</summary>
internal sealed class ReplayRunner(IReplayJobStore jobs, ReplayDriver driver, StoreGate gate, TimeProvider time, ILogger<ReplayRunner> logger)
    : StoreWork(gate)
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patienceAtTheEnd = TimeSpan.FromSeconds(5);

    private readonly string _holder = ReplayDriver.NewHolder();

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await DriveNextAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                ReplayLog.Waits(logger, SurroundingsFailure.Describe(failure));
            }

            await Task.Delay(_lookEvery, time, stoppingToken);
        }
    }

    private async Task DriveNextAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow();

        if (await jobs.FindFreeAsync(now, stoppingToken) is not { } id
            || await jobs.TryTakeAsync(id, _holder, now, now + ReplayDriver.Lease, stoppingToken) is not { } job)
        {
            return;
        }

        try
        {
            await driver.DriveAsync(job, _holder, null, stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // Another worker may go on at once.
            using var end = new CancellationTokenSource(_patienceAtTheEnd);
            await jobs.ReleaseAsync(id, _holder, end.Token);
            throw;
        }
    }
}
