using System.Text.Json;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Replays;

/// <summary>Drives a replay job whose lease it was given, batch by batch. Each batch with all it changes is one transaction, so none is replayed twice.</summary>
internal sealed class ReplayDriver(IReplayJobStore jobs, CaseReplayer replayer, TimeProvider time, ILogger<ReplayDriver> logger)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private const string Failed = "failed";
    private const string Skipped = "skipped";

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Names whoever drives a job: no two are alike.</summary>
    public static string NewHolder() => $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    /// <param name="job">As it was when the lease was taken.</param>
    /// <param name="onProgress">Told of the job after each batch.</param>
    /// <returns>The job when it is over, halted, or somebody else drives it.</returns>
    public async Task<ReplayJob> DriveAsync(ReplayJob job, string holder, Action<ReplayJob>? onProgress, CancellationToken cancellationToken)
    {
        var pace = new ReplayPace(job);
        await using var list = new ReplayAhead(jobs, replayer, job.Id);
        var backOff = new BackOff(time);
        ReplayLog.Driven(logger, job.Id, job.Done, job.Total);

        while (job.State == ReplayJobState.Running && job.LeaseHolder == holder)
        {
            try
            {
                if (await StepAsync(job, holder, pace, list, cancellationToken))
                {
                    backOff = new BackOff(time);
                }
            }
            catch (StoreConflictException)
            {
                // A message about the same studies was first, or a person has halted the job: looked at anew.
                await list.ForgetAsync();
            }
            catch (Exception failure) when (SurroundingsFailure.Is(failure))
            {
                await list.ForgetAsync();

                if (backOff.IsFirst)
                {
                    ReplayLog.Waits(logger, SurroundingsFailure.Describe(failure));
                }

                await backOff.WaitAsync(cancellationToken);
                continue;
            }

            job = await LookAsync(job, cancellationToken);
            onProgress?.Invoke(job);
        }

        ReplayLog.Left(logger, job.Id, job.State, job.Done, job.Total, job.Rejected);
        return job;
    }

    private async Task<ReplayJob> LookAsync(ReplayJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await jobs.GetAsync(job.Id, cancellationToken) ?? job with { State = ReplayJobState.Cancelled };
        }
        catch (Exception failure) when (SurroundingsFailure.Is(failure))
        {
            return job;
        }
    }

    // True: something was done.
    private async Task<bool> StepAsync(
        ReplayJob job, string holder, ReplayPace pace, ReplayAhead list, CancellationToken cancellationToken)
    {
        var size = pace.Next(job.Done, time.GetElapsedTime(0));

        if (size == 0)
        {
            await Task.Delay(_pause, time, cancellationToken);
            return false;
        }

        var batch = await list.TakeAsync(size, cancellationToken);

        if (batch.Entries.Count == 0)
        {
            await jobs.SetStateAsync(job.Id, [ReplayJobState.Running], ReplayJobState.Done, null, time.GetUtcNow(), cancellationToken);
            return true;
        }

        if (size == ReplayPace.BatchMax && job.Rate == 0)
        {
            // Nothing slows it down: the next batch is due as soon as this one is written.
            list.Begin(batch.Entries[^1].Item.Position, size, cancellationToken);
        }

        await SkipAsync(job, holder, [.. batch.Entries.Where(entry => entry.Case is null).Select(entry => entry.Item)], cancellationToken);
        await ReplayAsync(job, holder, batch with { Entries = [.. batch.Entries.Where(entry => entry.Case is not null)] }, pace, list, cancellationToken);
        var done = job.Done + batch.Entries.Count;

        if (done < job.Total && pace.ReasonToStop(done) is { } reason)
        {
            await jobs.SetStateAsync(job.Id, [ReplayJobState.Running], ReplayJobState.Stopped, reason, time.GetUtcNow(), cancellationToken);
        }

        return true;
    }

    private async Task ReplayAsync(
        ReplayJob job, string holder, ReplayBatch batch, ReplayPace pace, ReplayAhead list, CancellationToken cancellationToken)
    {
        var entries = batch.Entries;

        if (entries.Count == 0)
        {
            return;
        }

        try
        {
            await using var open = batch.Open ?? await replayer.OpenAsync([.. entries.Select(entry => entry.Case!)], cancellationToken);
            list.LetOpen();
            var outcomes = await open.CommitAsync(
                job.Who, job.Why, (results, changes) => changes.Replay = ProgressOf(job, holder, entries, results), cancellationToken);
            pace.Add(outcomes.Select(outcome => outcome.IsRejected));
        }
        catch (Exception failure) when (failure is not OperationCanceledException && !SurroundingsFailure.Is(failure))
        {
            await list.ForgetAsync();

            if (entries is [var alone])
            {
                ReplayLog.Failed(logger, alone.Item.DeadLetterId, SurroundingsFailure.Describe(failure), failure.StackTrace);
                await FailAsync(job, holder, alone.Item, failure, cancellationToken);
                pace.Add([true]);
                return;
            }

            // It lies in one of them: the others go through without it.
            var (anew, half) = (list.ReadAgain(entries), entries.Count / 2);
            await ReplayAsync(job, holder, new ReplayBatch([.. anew.Take(half)], Open: null), pace, list, cancellationToken);
            await ReplayAsync(job, holder, new ReplayBatch([.. anew.Skip(half)], Open: null), pace, list, cancellationToken);
        }
    }

    private ReplayProgress ProgressOf(ReplayJob job, string holder, IReadOnlyList<ReplayEntry> entries, IReadOnlyList<CaseOutcome> outcomes) => new(
        job.Id,
        holder,
        time.GetUtcNow() + Lease,
        [.. entries.Zip(outcomes, (entry, outcome) => new ReplayedItem(entry.Item.Position, entry.Item.DeadLetterId, outcome.Receipt.Outcome, outcome.WrittenReceipt))],
        outcomes.Count(outcome => outcome.IsRejected),
        outcomes.Count(outcome => outcome.Receipt.Changed.Count > 0));

    private async Task SkipAsync(ReplayJob job, string holder, IReadOnlyList<ReplayItem> items, CancellationToken cancellationToken)
    {
        if (items.Count > 0)
        {
            await jobs.AddProgressAsync(
                new ReplayProgress(
                    job.Id,
                    holder,
                    time.GetUtcNow() + Lease,
                    [.. items.Select(item => new ReplayedItem(item.Position, item.DeadLetterId, Skipped, "null"u8.ToArray()))],
                    0,
                    0),
                [],
                cancellationToken);
        }
    }

    private Task FailAsync(ReplayJob job, string holder, ReplayItem item, Exception failure, CancellationToken cancellationToken)
    {
        var (now, before) = (time.GetUtcNow(), item.Letter!.Summary);
        var detail = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["failure"] = SurroundingsFailure.Describe(failure) }, ReceiptJson.Relaxed.DictionaryStringString);
        var after = DeadLetterStatus.IsClosed(before.Status) ? before.Status : DeadLetterStatus.Open;
        var step = new CaseStep(
            before.Id, before.Status, after, new DeadLetterAttempt(now, job.Who, job.Why, Failed, detail) { Revision = before.Revision })
        {
            ClosedAt = before.ClosedAt,
            ClosedReason = before.ClosedReason,
        };

        return jobs.AddProgressAsync(
            new ReplayProgress(job.Id, holder, now + Lease, [new ReplayedItem(item.Position, item.DeadLetterId, Failed, detail)], 1, 0),
            [step],
            cancellationToken);
    }
}
