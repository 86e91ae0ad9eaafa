using IntegrationWorker.Hosting;
using IntegrationWorker.Store;

namespace IntegrationWorker.Queries;

/// <summary>Reads the events that are kept, for consumers that were down or have no broker.</summary>
internal sealed class EventFeed(IOutboxStore outbox)
{
    public const int LimitUsual = 500;
    public const int LimitMax = 1000;

    public async Task<EventPage> ReadAsync(long after, int limit, CancellationToken cancellationToken)
    {
        var entries = await outbox.ReadAfterAsync(after, limit + 1, cancellationToken);
        var shown = entries.Take(limit).ToList();

        return new EventPage(
            [.. shown.Select(entry => new RawJson(entry.Body))],
            shown.Count > 0 ? shown[^1].Position : after,
            entries.Count > limit);
    }
}

/// <summary>A page of events.</summary>
/// <param name="Events">CloudEvents, as they are published.</param>
/// <param name="Next">For <c>after</c> of the next page, or of the next time.</param>
internal sealed record EventPage(IReadOnlyList<RawJson> Events, long Next, bool HasMore);
