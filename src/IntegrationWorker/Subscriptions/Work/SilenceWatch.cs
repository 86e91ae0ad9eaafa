using System.Collections.Concurrent;
using IntegrationWorker.Contracts;
using IntegrationWorker.Store;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions.Work;

/// <summary>Notices subscriptions that are off, or that nothing is heard of, and asks the server about them. docs/mapping.md §7.3.</summary>
/// <remarks>To switch one on again is a decision of an operator.</remarks>
internal sealed class SilenceWatch(FhirClients clients, FetchedMessages messages, IFhirWorkStore store, TimeProvider time, ILogger<SilenceWatch> logger)
{
    private const int PeriodsMax = 3;

    private readonly ConcurrentDictionary<(string SourceId, string SubscriptionId), string> _told = [];
    private readonly ConcurrentDictionary<(string SourceId, string SubscriptionId), DateTimeOffset> _asked = [];

    /// <summary>Nothing was heard for three heartbeats.</summary>
    public static bool IsSilent(FhirServer? server, SubscriptionPosition position, DateTimeOffset now) =>
        PatienceWith(server, position) is { } patience && now - position.LastHeardAt > patience;

    /// <exception cref="FhirServerException">The server cannot be asked at the moment.</exception>
    public async Task WatchAsync(FhirServer server, CancellationToken cancellationToken)
    {
        foreach (var position in await store.PositionsAsync(server.SourceId, cancellationToken))
        {
            Tell(position);

            var key = (position.SourceId, position.SubscriptionId);
            var now = time.GetUtcNow();

            if (IsSilent(server, position, now) && now - _asked.GetValueOrDefault(key) > PatienceWith(server, position))
            {
                _asked[key] = now;
                SubscriptionLog.Silent(logger, position.SourceId, position.SubscriptionId, Codes.SubscriptionOff);
                await AskAsync(server, position, cancellationToken);
            }
        }
    }

    private static TimeSpan? PatienceWith(FhirServer? server, SubscriptionPosition position) =>
        PeriodsMax * server?.Subscriptions.FirstOrDefault(each => each.Id == position.SubscriptionId)?.Heartbeat;

    private void Tell(SubscriptionPosition position)
    {
        var key = (position.SourceId, position.SubscriptionId);
        var status = position.Status ?? "";

        if (status is "error" or "off" && _told.GetValueOrDefault(key) != status)
        {
            SubscriptionLog.Off(logger, position.SourceId, position.SubscriptionId, status, Codes.SubscriptionOff);
        }

        _told[key] = status;
    }

    private async Task AskAsync(FhirServer server, SubscriptionPosition position, CancellationToken cancellationToken)
    {
        var answer = await clients.Of(server).GetAsync($"Subscription/{position.SubscriptionId}/$status", cancellationToken);

        if (StatusAnswer.BundleOf(answer) is { } bundle)
        {
            await messages.NotificationAsync(server.SourceId, bundle, cancellationToken);
        }
        else
        {
            // A server without the operation cannot tell how many events there were.
            await store.AskAsync(
                [FhirFetch.Search(position.SourceId, position.SubscriptionId, position.ContiguousAt, time.GetUtcNow())], cancellationToken);
        }
    }
}
