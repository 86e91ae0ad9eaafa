using IntegrationWorker.Store;
using IntegrationWorker.Subscriptions.Server;
using IntegrationWorker.Subscriptions.Work;

namespace IntegrationWorker.Subscriptions;

/// <summary>What is known of subscriptions and their gaps: for the endpoints and the command line.</summary>
internal sealed class SubscriptionDesk(IFhirWorkStore store, FhirServers servers, TimeProvider time)
{
    public const int GapsMax = 1000;

    public async Task<SubscriptionPage> ListAsync(string? sourceId, CancellationToken cancellationToken)
    {
        var positions = await store.PositionsAsync(sourceId, cancellationToken);
        var waiting = await store.CountWaitingAsync(cancellationToken);

        return new SubscriptionPage(
            [.. positions.Select(position => ViewOf(position))],
            [.. servers.All.Where(server => sourceId is null || server.SourceId == sourceId).Select(server => ViewOf(server, waiting))]);
    }

    public async Task<SubscriptionView?> FindAsync(string sourceId, string subscriptionId, CancellationToken cancellationToken) =>
        (await ListAsync(sourceId, cancellationToken)).Subscriptions.FirstOrDefault(view => view.Id == subscriptionId);

    /// <summary>Gaps of a subscription, the newest first; null when nothing was ever heard of it.</summary>
    public async Task<GapPage?> GapsAsync(string subscriptionId, string? sourceId, CancellationToken cancellationToken)
    {
        var positions = await store.PositionsAsync(sourceId, cancellationToken);

        return positions.Any(position => position.SubscriptionId == subscriptionId)
            ? new GapPage([.. (await store.GapsAsync(subscriptionId, sourceId, GapsMax, cancellationToken)).Select(GapView.Of)])
            : null;
    }

    private SubscriptionView ViewOf(SubscriptionPosition position) => new(
        position.SourceId,
        position.SubscriptionId,
        position.Status,
        position.Position,
        Math.Max(position.Highest, position.Position),
        position.GapSince is null ? null : [position.Position + 1, position.LastMissing],
        position.GapSince,
        position.LastHeardAt,
        SilenceWatch.IsSilent(servers.Find(position.SourceId), position, time.GetUtcNow()));

    private static FhirServerView ViewOf(FhirServer server, IReadOnlyList<WaitingFetches> waiting)
    {
        var own = waiting.FirstOrDefault(each => each.SourceId == server.SourceId);
        return new FhirServerView(server.SourceId, own?.Count ?? 0, own?.Since, own?.Code);
    }
}

/// <summary>The subscriptions, and what waits to be read from each server.</summary>
internal sealed record SubscriptionPage(IReadOnlyList<SubscriptionView> Subscriptions, IReadOnlyList<FhirServerView> Servers);

/// <param name="Position">Highest event number up to which all were seen.</param>
/// <param name="Highest">The highest number heard of.</param>
/// <param name="Missing">Lowest and highest number of what is missing; null when nothing is.</param>
/// <param name="IsSilent">Nothing was heard for three heartbeats.</param>
internal sealed record SubscriptionView(
    string SourceId, string Id, string? Status, long Position, long Highest, IReadOnlyList<long>? Missing, DateTimeOffset? GapSince,
    DateTimeOffset LastHeardAt, bool IsSilent);

/// <param name="Waiting">How many reads and searches wait.</param>
/// <param name="Code">Why the server could not be asked, FHR-901 or FHR-902; null when nothing has failed.</param>
internal sealed record FhirServerView(string SourceId, long Waiting, DateTimeOffset? WaitingSince, string? Code);

internal sealed record GapPage(IReadOnlyList<GapView> Gaps);

/// <summary>A gap in the event numbers, and what became of it.</summary>
/// <param name="RecoveredBy"><c>events</c>, <c>search</c> or <c>late</c>; of an open gap what was tried last, null when nothing was.</param>
internal sealed record GapView(
    string SourceId, string SubscriptionId, long First, long Last, DateTimeOffset NoticedAt, DateTimeOffset? ClosedAt, string? RecoveredBy,
    int Attempts, string? Code)
{
    public static GapView Of(SubscriptionGap gap) => new(
        gap.SourceId, gap.SubscriptionId, gap.FirstNumber, gap.LastNumber, gap.NoticedAt, gap.ClosedAt, gap.RecoveredBy, gap.Attempts, gap.Error);
}
