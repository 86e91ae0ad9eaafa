using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Store;
using IntegrationWorker.Subscriptions.Server;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>Asks for everything that has changed on a FHIR server, whatever was notified.</summary>
[DisallowConcurrentExecution]
internal sealed class FhirReconcileJob(FhirServers servers, IFhirWorkStore store, StoreGate gate, TimeProvider time, ILogger<FhirReconcileJob> logger)
    : StoreJob(gate, logger)
{
    /// <summary>Whose server it is, in the data of the job.</summary>
    public const string Source = "source";

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var sourceId = Context.MergedJobDataMap.GetString(Source) ?? "";

        // A schedule that is kept in the database may know servers that the settings know no longer.
        if (servers.Find(sourceId) is { ReconcileEvery.Ticks: > 0 })
        {
            await store.AskAsync([FhirFetch.Search(sourceId, "", null, time.GetUtcNow())], cancellationToken);
        }
    }
}
