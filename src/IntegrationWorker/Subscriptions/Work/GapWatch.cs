using System.Collections.Concurrent;
using IntegrationWorker.Contracts;
using IntegrationWorker.Store;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions.Work;

/// <summary>Makes good what was not notified: asks for the events, else searches, and writes down what became of each gap. docs/mapping.md §7.4.</summary>
internal sealed class GapWatch(
    FhirClients clients, FetchedMessages messages, FhirSearch search, IFhirWorkStore store, IStudyStore studies, TimeProvider time,
    ILogger<GapWatch> logger)
{
    // A server tells a bounded number of events at a time; each answer has to bring the position on.
    private const int AnswersMax = 1000;

    // Next attempt of a gap that could not be made good. Servers are watched side by side.
    private readonly ConcurrentDictionary<(string SourceId, string SubscriptionId), DateTimeOffset> _notBefore = [];

    /// <exception cref="FhirServerException">The server cannot be asked at the moment.</exception>
    public async Task WatchAsync(FhirServer server, CancellationToken cancellationToken)
    {
        var positions = await store.PositionsAsync(server.SourceId, cancellationToken);
        var open = await store.OpenGapsAsync(server.SourceId, cancellationToken);

        foreach (var position in positions)
        {
            var ofSubscription = open.Where(gap => gap.SubscriptionId == position.SubscriptionId).ToList();
            await CloseAsync(ofSubscription.Where(gap => gap.NoticedAt != position.GapSince), cancellationToken);

            if (position.GapSince is { } since)
            {
                var known = ofSubscription.Find(gap => gap.NoticedAt == since);
                await WatchAsync(server, position, await NoteAsync(position, known, cancellationToken), since, cancellationToken);
            }
        }
    }

    private async Task WatchAsync(
        FhirServer server, SubscriptionPosition position, SubscriptionGap gap, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var key = (position.SourceId, position.SubscriptionId);
        var now = time.GetUtcNow();

        if (now < since + server.Grace || now < _notBefore.GetValueOrDefault(key))
        {
            return;
        }

        try
        {
            await RecoverAsync(server, position, gap, cancellationToken);
            _notBefore.TryRemove(key, out _);
        }
        catch (FhirServerException e)
        {
            await FailedAsync(gap, e.Code, key, e.RetryAfter, cancellationToken);
            throw;
        }
        catch (FhirRefusedException)
        {
            await FailedAsync(gap, Codes.FhirAccessRefused, key, null, cancellationToken);
            SubscriptionLog.RecoveryRefused(logger, position.SourceId, position.SubscriptionId, Codes.FhirAccessRefused);
        }
    }

    private async Task<SubscriptionGap> NoteAsync(SubscriptionPosition position, SubscriptionGap? known, CancellationToken cancellationToken)
    {
        var gap = known is null
            ? new SubscriptionGap
            {
                SourceId = position.SourceId,
                SubscriptionId = position.SubscriptionId,
                NoticedAt = position.GapSince!.Value,
                FirstNumber = position.Position + 1,
                LastNumber = position.LastMissing,
            }
            : known with { LastNumber = Math.Max(known.LastNumber, position.LastMissing) };

        if (gap != known)
        {
            await store.SaveGapAsync(gap, cancellationToken);
        }

        if (known is null)
        {
            SubscriptionLog.GapNoticed(logger, gap.SourceId, gap.SubscriptionId, gap.FirstNumber, gap.LastNumber, Codes.EventsMissing);
        }

        return gap;
    }

    private async Task CloseAsync(IEnumerable<SubscriptionGap> gaps, CancellationToken cancellationToken)
    {
        foreach (var gap in gaps)
        {
            var by = gap.RecoveredBy ?? GapRecovery.Late;
            await store.SaveGapAsync(gap with { RecoveredBy = by, Error = null, ClosedAt = time.GetUtcNow() }, cancellationToken);
            SubscriptionLog.GapClosed(logger, gap.SourceId, gap.SubscriptionId, gap.FirstNumber, gap.LastNumber, by);
        }
    }

    private async Task RecoverAsync(FhirServer server, SubscriptionPosition position, SubscriptionGap gap, CancellationToken cancellationToken)
    {
        // Written before it is done: a worker that dies in between leaves behind how the gap was closed.
        await store.SaveGapAsync(gap with { Attempts = gap.Attempts + 1, RecoveredBy = GapRecovery.Events }, cancellationToken);

        if (await AskForEventsAsync(server, position, cancellationToken) is not { } left)
        {
            return;
        }

        await store.SaveGapAsync(gap with { Attempts = gap.Attempts + 1, RecoveredBy = GapRecovery.Search }, cancellationToken);
        var searchedTo = await search.RunAsync(server, left.SubscriptionId, left.ContiguousAt, cancellationToken);
        await CloseAsync(left, searchedTo, cancellationToken);
    }

    // What is left of the gap; null when nothing is.
    private async Task<SubscriptionPosition?> AskForEventsAsync(FhirServer server, SubscriptionPosition position, CancellationToken cancellationToken)
    {
        var client = clients.Of(server);

        for (var answers = 0; answers < AnswersMax; answers++)
        {
            var answer = await client.GetAsync(PositionRule.EventsPath(position), cancellationToken);

            // A server without the operation says so in many ways.
            if (StatusAnswer.BundleOf(answer) is not { } bundle)
            {
                return position;
            }

            await messages.NotificationAsync(server.SourceId, bundle, cancellationToken);
            var after = await FindAsync(position, cancellationToken);

            if (after?.GapSince is null)
            {
                return null;
            }

            if (after.Position <= position.Position)
            {
                return after;
            }

            position = after;
        }

        return position;
    }

    private async Task<SubscriptionPosition?> FindAsync(SubscriptionPosition position, CancellationToken cancellationToken) =>
        (await store.PositionsAsync(position.SourceId, cancellationToken)).FirstOrDefault(each => each.SubscriptionId == position.SubscriptionId);

    // Notifications go on in the meantime: only what was missing before the search is found by it.
    private async Task CloseAsync(SubscriptionPosition before, DateTimeOffset searchedTo, CancellationToken cancellationToken)
    {
        var changes = new BatchChanges();
        await using var batch = await studies.BeginAsync(cancellationToken);

        if (await batch.LoadPositionsAsync([(before.SourceId, before.SubscriptionId)], cancellationToken) is [var now])
        {
            changes.Positions.Add(PositionRule.Close(now, before.LastMissing, searchedTo));
            await batch.CommitAsync(changes, cancellationToken);
        }
    }

    private async Task FailedAsync(SubscriptionGap gap, string code, (string, string) key, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        var own = RetryLadder.Pause(gap.Attempts);
        _notBefore[key] = time.GetUtcNow() + (retryAfter > own ? retryAfter.Value : own);
        await store.SaveGapAsync(gap with { Attempts = gap.Attempts + 1, Error = code }, cancellationToken);
    }
}
