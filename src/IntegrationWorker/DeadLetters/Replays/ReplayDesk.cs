using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Replays;

/// <summary>What a person can do with replay jobs: for the endpoints and the command line.</summary>
internal sealed class ReplayDesk(
    IReplayJobStore jobs, IDeadLetterStore letters, CauseGroups groups, CaseReplayer replayer, TimeProvider time)
{
    public const int ListMax = 100;
    public const int ItemsMax = 1000;

    private const int SamplesMax = 20;

    /// <summary>Freezes the list of a job. It runs from then on.</summary>
    /// <param name="holder">Whoever drives it from the start; null to leave it to a worker.</param>
    /// <returns>Null when there is no such group.</returns>
    public async Task<ReplayJob?> CreateAsync(ReplayRequest request, string who, string? holder, CancellationToken cancellationToken)
    {
        if (await FilterOfAsync(request, cancellationToken) is not { } filter)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var job = new ReplayJob
        {
            Id = $"rpj_{Guid.CreateVersion7():N}",
            CreatedAt = now,
            Who = who,
            Why = request.Why,
            Selection = request.Describe(),
            Rate = request.Rate,
            StopPercent = request.StopPercent,
            HasCanary = request.Canary,
            LeaseHolder = holder,
            LeaseUntil = holder is null ? null : now + ReplayDriver.Lease,
        };

        return await jobs.CreateAsync(job, request.Ids is { } ids ? [.. ids.Distinct()] : null, filter, cancellationToken);
    }

    /// <summary>What a job would do, by the code that would do it. Writes nothing. Dead letters are tried in batches, each against what is stored now.</summary>
    /// <returns>Null when there is no such group.</returns>
    public async Task<ReplayForecast?> ForecastAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        if (await FilterOfAsync(request, cancellationToken) is not { } filter)
        {
            return null;
        }

        var forecast = new ReplayForecast();
        var ids = request.Ids?.ToHashSet(StringComparer.Ordinal);
        DeadLetterSummary? last = null;

        while (await letters.ListAsync(filter, ReplayPace.BatchMax, last, cancellationToken) is { Count: > 0 } page)
        {
            last = page[^1];
            string[] wanted = [.. page.Where(IsWanted).Select(summary => summary.Id)];

            if (wanted.Length > 0)
            {
                var cases = await letters.GetAsync(wanted, cancellationToken);
                forecast.Add(await replayer.PreviewAsync([.. cases.OrderBy(letter => letter.Summary.ReceivedAt)], cancellationToken), SamplesMax);
            }
        }

        return forecast;

        bool IsWanted(DeadLetterSummary summary) => ids?.Contains(summary.Id) != false && summary.Status
            is DeadLetterStatus.Open or DeadLetterStatus.Resolved or DeadLetterStatus.Superseded;
    }

    public async Task<IReadOnlyList<ReplayJobView>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await jobs.ListAsync(ListMax, cancellationToken)).Select(job => ReplayJobView.Of(job, null))];

    /// <summary>The job with its counts; null when there is no such job.</summary>
    public async Task<ReplayJobView?> ShowAsync(string id, CancellationToken cancellationToken) =>
        await jobs.GetAsync(id, cancellationToken) is { } job ? ReplayJobView.Of(job, await jobs.OutcomesAsync(id, cancellationToken)) : null;

    public async Task<IReadOnlyList<ReplayItemView>> ItemsAsync(string id, long after, int limit, CancellationToken cancellationToken) =>
        [.. (await jobs.ItemsAsync(id, after, limit, cancellationToken)).Select(ReplayItemView.Of)];

    /// <summary>Halts a running job after the batch in hand. False when it does not run.</summary>
    public Task<bool> PauseAsync(string id, string who, CancellationToken cancellationToken) =>
        jobs.SetStateAsync(id, [ReplayJobState.Running], ReplayJobState.Paused, $"paused by {who}", time.GetUtcNow(), cancellationToken);

    /// <summary>Lets a job go on that was paused or has stopped itself. False when it is neither.</summary>
    public Task<bool> ResumeAsync(string id, CancellationToken cancellationToken) => jobs.SetStateAsync(
        id, [ReplayJobState.Paused, ReplayJobState.Stopped], ReplayJobState.Running, null, time.GetUtcNow(), cancellationToken);

    /// <summary>Gives a job up: what was not replayed is open again. False when it is over already.</summary>
    public Task<bool> CancelAsync(string id, string who, CancellationToken cancellationToken) => jobs.SetStateAsync(
        id,
        [ReplayJobState.Running, ReplayJobState.Paused, ReplayJobState.Stopped],
        ReplayJobState.Cancelled,
        $"cancelled by {who}",
        time.GetUtcNow(),
        cancellationToken);

    private async Task<DeadLetterFilter?> FilterOfAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        CauseKey? group = null;

        if (request.Group is { } id && (group = await groups.FindAsync(id, cancellationToken)) is null)
        {
            return null;
        }

        return new DeadLetterFilter(request.Status == DeadLetterStatus.Open ? DeadLetterStatus.Open : null, request.Code, request.SourceId)
        {
            Group = group,
            From = request.From,
            Until = request.Until,
        };
    }
}
