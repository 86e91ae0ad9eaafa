namespace IntegrationWorker.Hosting.Health;

/// <summary>Work of a worker that begins when its store is open and ends with the worker.</summary>
internal abstract class StoreWork(StoreGate gate) : BackgroundService
{
    /// <summary>Works until the worker stops, or until there will never be anything to do.</summary>
    protected abstract Task WorkAsync(CancellationToken stoppingToken);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gate.WaitAsync(stoppingToken);
            await WorkAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end. A host that could not start would take this for the reason.
        }
    }
}
