using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>Takes what somebody at the platform changed into our record, where no plan is on its way that would do it.</summary>
internal sealed class ViewerTakeover(ITargetClient client, ITargetStore targets, IStudyStore store, TimeProvider time)
{
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(60);

    private readonly string _owner = $"takeover/{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    /// <returns>False when the study is in somebody's hands, or nothing differs any more.</returns>
    public async Task<bool> TakeAsync(string studyId, CancellationToken cancellationToken)
    {
        // While it is ours nobody brings a plan: a change of our own would look like one of theirs.
        if (!await targets.TryLeaseAsync(studyId, _owner, _lease, cancellationToken))
        {
            return false;
        }

        try
        {
            if ((await targets.FindPlannedAsync([studyId], cancellationToken)).Count > 0
                || (await targets.ReadSeenAsync([studyId], cancellationToken)).GetValueOrDefault(studyId) is not { } seen
                || (await client.GetAsync(studyId, cancellationToken)).Study is not { } remote)
            {
                return false;
            }

            return await TakeAsync(studyId, seen, remote, cancellationToken);
        }
        finally
        {
            await targets.ReleaseAsync(studyId, _owner, null, CancellationToken.None);
        }
    }

    private async Task<bool> TakeAsync(string studyId, SeenStudy seen, RemoteStudy remote, CancellationToken cancellationToken)
    {
        FieldChange[] theirs = [.. PlanReviewRule.Differences(seen, remote)];
        await using var transaction = await store.BeginAsync(cancellationToken);
        var loaded = await transaction.LoadAsync([new LinkKey(LinkKind.StudyId, studyId)], cancellationToken);

        if (theirs.Length == 0 || loaded.Studies is not [var study])
        {
            return false;
        }

        var changes = new BatchChanges();
        var baseline = new StudyBaseline(study, studyId);

        // What a message has changed since is on its way now: its plan is judged when its turn comes.
        foreach (var change in theirs.Where(change => study.State.Get(change.Field) == change.Previous))
        {
            baseline.Take(change.Field, change.Current, remote.UpdatedAt);
        }

        var stamps = new Dictionary<string, DateTimeOffset>(seen.Theirs, StringComparer.Ordinal);

        foreach (var change in theirs)
        {
            stamps[change.Field] = remote.UpdatedAt;
        }

        changes.ChangedStudies.Add(study);
        changes.Seen.Add((studyId, SeenStudy.Of(remote, stamps)));
        changes.History.Add(ViewerHistory.Of(studyId, study.Version, remote.UpdatedAt, theirs, time.GetUtcNow()));
        await transaction.CommitAsync(changes, cancellationToken);

        return true;
    }
}
