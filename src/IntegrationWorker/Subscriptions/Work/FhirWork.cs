using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions.Work;

/// <summary>Does for each FHIR server what is due: reads, closes gaps, listens for silence. On one worker at a time for each server.</summary>
internal sealed class FhirWork(
    FhirServers servers, FetchRunner fetches, FhirSearch search, GapWatch gaps, SilenceWatch silence, IFhirWorkStore store, StoreGate gate,
    TimeProvider time, ILogger<FhirWork> logger) : StoreWork(gate)
{
    private const int FetchesOfAStep = 64;
    private const int AtATime = 4;

    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _whileAnotherLeads = TimeSpan.FromSeconds(5);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(servers.All.Select(server => RunAsync(server, new ServerPause(server, time, logger), stoppingToken)));
    }

    private async Task RunAsync(FhirServer server, ServerPause pause, CancellationToken stoppingToken)
    {
        var backOff = new BackOff(time);

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(await StepAsync(server, pause, stoppingToken), time, stoppingToken);
                backOff = new BackOff(time);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The store, or a defect of ours: what is to be done stays written down.
                if (backOff.IsFirst)
                {
                    SubscriptionLog.WorkFailed(logger, server.SourceId, SurroundingsFailure.Describe(failure));
                }

                await backOff.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Returns how long there is nothing to do.
    private async Task<TimeSpan> StepAsync(FhirServer server, ServerPause pause, CancellationToken stoppingToken)
    {
        if (!await store.TryLeadAsync(server.SourceId, stoppingToken))
        {
            return _whileAnotherLeads;
        }

        if (pause.IsOn)
        {
            return _lookEvery;
        }

        await search.BeginAsync(server, stoppingToken);
        var due = await store.FindDueAsync(server.SourceId, time.GetUtcNow(), FetchesOfAStep, stoppingToken);

        // One is enough to see whether a server that was away is back.
        var attempted = pause.HasFailed ? due.Take(1) : due;
        await Parallel.ForEachAsync(
            attempted,
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = stoppingToken },
            async (fetch, token) => await TryFetchAsync(server, fetch, pause, due.Count, token));

        await TryWatchAsync(server, stoppingToken);

        return due.Count == FetchesOfAStep && !pause.HasFailed ? TimeSpan.Zero : _lookEvery;
    }

    private async Task TryFetchAsync(FhirServer server, FhirFetch fetch, ServerPause pause, int waiting, CancellationToken cancellationToken)
    {
        try
        {
            await fetches.RunAsync(server, fetch, cancellationToken);
            pause.Works();
        }
        catch (FhirServerException e)
        {
            var wait = pause.Fails(e, waiting);
            var own = RetryLadder.Pause(fetch.Attempts);
            await store.FailedAsync(fetch, e.Code, time.GetUtcNow() + (own > wait ? own : wait), cancellationToken);
        }
    }

    private async Task TryWatchAsync(FhirServer server, CancellationToken cancellationToken)
    {
        try
        {
            await gaps.WatchAsync(server, cancellationToken);
            await silence.WatchAsync(server, cancellationToken);
        }
        catch (FhirServerException)
        {
            // Each gap and each silence has its own next time.
        }
    }
}
