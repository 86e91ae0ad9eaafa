using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Target;

/// <summary>
/// Brings the plans of all studies to the platform: several studies at a time, each by one worker only. While the platform fails, one study is
/// tried now and then; all plans stay.
/// </summary>
internal sealed class TargetWriter(
    ITargetStore store,
    ITargetClient client,
    PlanConclusion conclusion,
    TargetPatience patience,
    TargetState state,
    StoreGate gate,
    IOptions<TargetOptions> options,
    TimeProvider time,
    ILogger<TargetWriter> logger) : BackgroundService, ITargetSignal
{
    // What another worker left, and what has had its rest: nobody wakes us for these.
    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(1);

    // Of a study that fails while others are accepted. It is no use to ask more often.
    private static readonly TimeSpan _longestRest = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly string _owner = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    // Studies in hand; changed by the loop and by what it started.
    private readonly List<Task> _running = [];

    // While one at a time is tried: in turn one that never failed and one that did.
    private bool _restedFirst;

    public void Wake()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake.
        }
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gate.WaitAsync(stoppingToken);

            while (true)
            {
                if (!await TryTakeAsync(stoppingToken))
                {
                    await _signal.WaitAsync(_lookEvery, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Each study ends with the step in hand.
            await Task.WhenAll(_running);
        }
    }

    // True: there may be more.
    private async Task<bool> TryTakeAsync(CancellationToken stoppingToken)
    {
        _running.RemoveAll(task => task.IsCompleted);

        if (state.Pause is { Ticks: > 0 } pause)
        {
            await Task.Delay(pause, time, stoppingToken);
        }

        var room = (state.IsFailing ? 1 : options.Value.StudiesAtOnceMax) - _running.Count;

        if (room <= 0)
        {
            await Task.WhenAny([.. _running, Task.Delay(_lookEvery, time, stoppingToken)]);
            return true;
        }

        try
        {
            _restedFirst = !_restedFirst;
            var taken = await store.ClaimAsync(_owner, Lease, room, _restedFirst, stoppingToken);
            _running.AddRange(taken.Select(study => BringAsync(study, stoppingToken)));

            return taken.Count > 0;
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            TargetLog.BringingFails(logger, SurroundingsFailure.Describe(failure));
            await Task.Delay(_lookEvery, time, stoppingToken);
            return false;
        }
    }

    private TimeSpan Lease => TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    private async Task BringAsync(LeasedStudy leased, CancellationToken stoppingToken)
    {
        await Task.Yield();
        var studyId = leased.StudyId;
        var rest = BackOff.After(leased.Failures, BackOff.Longest);

        try
        {
            var runner = new PlanRunner(store, client, conclusion, patience, Lease);
            var failure = await runner.RunAsync(leased, _owner, id => (studyId, _) = (id, Works()), stoppingToken);
            await store.ReleaseAsync(studyId, _owner, failure is null ? null : RestAfter(failure, leased.Failures), CancellationToken.None);

            if (failure is not null)
            {
                Fails(studyId, failure);
            }
        }
        catch (StoreConflictException)
        {
            TargetLog.TakenOver(logger, studyId);
            await TryReleaseAsync(studyId, rest);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await TryReleaseAsync(studyId, null);
        }
        catch (Exception failure)
        {
            // Not the platform: the store, or this program. The plan stays.
            TargetLog.BringingFails(logger, SurroundingsFailure.Describe(failure));
            await TryReleaseAsync(studyId, rest);
        }
        finally
        {
            Wake();
        }
    }

    private bool Works()
    {
        if (state.Works())
        {
            TargetLog.WorksAgain(logger);
        }

        return true;
    }

    private void Fails(string studyId, TargetFailure failure)
    {
        // That somebody else was first is no failure of the platform, nor is a study that fails while others go through: only the study rests.
        if (failure.IsAlone)
        {
            TargetLog.FailsAlone(logger, studyId, failure.Code);
        }
        else if (failure.Code != Codes.StoreConcurrentChange && state.Fails(failure))
        {
            TargetLog.Fails(logger, failure.Code);
        }
    }

    private async Task TryReleaseAsync(string studyId, TimeSpan? rest)
    {
        try
        {
            await store.ReleaseAsync(studyId, _owner, rest, CancellationToken.None);
        }
        catch (Exception failure)
        {
            TargetLog.BringingFails(logger, SurroundingsFailure.Describe(failure)); // The lease ends by itself.
        }
    }

    private static TimeSpan RestAfter(TargetFailure failure, int failures)
    {
        var rest = BackOff.After(failures, failure.IsAlone ? _longestRest : BackOff.Longest);
        return TargetState.AskedBy(failure) is { } asked && asked > rest ? asked : rest;
    }
}
