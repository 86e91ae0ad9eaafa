using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Hosting.Health;

/// <summary>Opens the store. A database that is away is waited for; keys or tables that do not fit end the worker.</summary>
internal sealed class StoreOpening(
    StoreStart store, StoreGate gate, StartFailure failure, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StoreOpening> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backOff = new BackOff(time);

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await store.OpenAsync(stoppingToken);
                gate.Open();
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ProtectionException || (e is InvalidOperationException && !SurroundingsFailure.Is(e)))
            {
                failure.Report(e.Message);
                await StartedAsync(stoppingToken);
                lifetime.StopApplication();
                return;
            }
            catch (Exception e)
            {
                gate.Reason = $"{Codes.DatabaseDown} {FailureText.Explain(e)}";

                if (backOff.IsFirst)
                {
                    HostingLog.StoreIsAway(logger, SurroundingsFailure.Describe(e));
                }

                await backOff.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // A start that is broken off ends with a failure of its own, which would hide the reason.
    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
