using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.DeadLetters.Holds;

/// <summary>
/// Lets go what waited behind dead letters that are settled, whoever settled them and wherever, in the order it came. Several workers
/// may be at it: what one lets go is there no more for the others.
/// </summary>
internal sealed class HoldReleaser(
    MessagePipeline pipeline, IHoldStore holds, HoldWatch watch, Rulebook rules, StoreGate gate, TimeProvider time, ILogger<HoldReleaser> logger)
    : StoreWork(gate)
{
    private const int HoldsPerLook = 20;

    /// <summary>Units of one study in one transaction.</summary>
    public const int UnitsPerStep = 100;

    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _watchEvery = TimeSpan.FromSeconds(15);

    private bool _hasEndedOthers;
    private long? _watched;

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (!await LookAsync(stoppingToken) && !rules.HasHolds)
                {
                    return; // Nothing waits, and nothing ever will.
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                HoldLog.StoreIsAway(logger, SurroundingsFailure.Describe(failure));
            }

            await Task.Delay(_lookEvery, time, stoppingToken);
        }
    }

    /// <summary>Lets go what there is to be let go. True when there may be more.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        if (!_hasEndedOthers)
        {
            // A source that was taken out of the settings, or whose messages pass now, waits for nothing.
            await holds.EndOthersAsync(
                [.. rules.Sources.Where(source => source.HoldsOnRejection).Select(source => source.SourceId)], cancellationToken);
            _hasEndedOthers = true;
        }

        var isBusy = false;

        while (await holds.FindOverAsync(HoldsPerLook, UnitsPerStep, cancellationToken) is { Count: > 0 } over)
        {
            isBusy = true;
            var released = 0;

            foreach (var (hold, units) in over)
            {
                released += await ReleaseAsync(hold, units, cancellationToken);
            }

            if (released == 0)
            {
                break; // Others are at it.
            }
        }

        if (_watched is not { } last || time.GetElapsedTime(last) >= _watchEvery)
        {
            await watch.LookAsync(cancellationToken);
            _watched = time.GetTimestamp();
        }

        return isBusy;
    }

    private async Task<int> ReleaseAsync(Hold hold, IReadOnlyList<HeldUnit> units, CancellationToken cancellationToken)
    {
        try
        {
            var released = await pipeline.ReleaseAsync(hold, units, cancellationToken);

            if (released > 0)
            {
                HoldLog.Released(logger, released, hold.SourceId);
            }

            return released;
        }
        catch (StoreConflictException)
        {
            return 0; // A message about the same study is being decided: the next time.
        }
    }
}
