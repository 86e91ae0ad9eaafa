using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>
/// Brings the plans of one study to the platform, one after the other. Before each step it is known what the platform shows, so a plan that was
/// broken off, here or in a worker that died, goes on where it was and repeats nothing. docs/mapping.md §5.4; ADR 20.
/// </summary>
internal sealed class PlanRunner(ITargetStore store, ITargetClient client, PlanConclusion conclusion, TimeSpan lease)
{
    // With its answer read back in between, somebody who is always first is no accident any more.
    private const int ConflictsMax = 3;
    private const int FailuresWithConflictMax = 10;

    // The complete map, then once more with the keys that were kept, or what was not kept.
    private const int PatchesMax = 2;

    /// <returns>Why it ended before the last plan; null when all are through.</returns>
    /// <exception cref="StoreConflictException">Somebody else has the study by now. Nothing was written here.</exception>
    public async Task<TargetFailure?> RunAsync(LeasedStudy leased, string owner, Action<string> onRenamed, CancellationToken cancellationToken)
    {
        var studyId = leased.StudyId;

        while (!cancellationToken.IsCancellationRequested && await store.ReadNextAsync(studyId, cancellationToken) is { } next)
        {
            var (end, failure) = await BringAsync(next.Plan, next.Seen, leased, owner, cancellationToken);

            if (end is null)
            {
                return failure;
            }

            CrashPoint.Reach(CrashPoint.BeforeConclusion);
            studyId = await conclusion.EndAsync(end, cancellationToken);
            CrashPoint.Reach(CrashPoint.AfterConclusion);
            onRenamed(studyId);
        }

        return null;
    }

    private async Task<(PlanEnd? End, TargetFailure? Failure)> BringAsync(
        TargetPlan plan, SeenStudy? seen, LeasedStudy leased, string owner, CancellationToken cancellationToken)
    {
        for (var conflicts = 0; conflicts < ConflictsMax; conflicts++)
        {
            await store.RenewAsync(plan.StudyId, owner, lease, null, cancellationToken);
            var round = new Round(store, client, plan, seen, owner, lease);

            if (await round.RunAsync(cancellationToken) is { } outcome)
            {
                return outcome;
            }

            // Read back and begin again. What was known to take no effect is computed anew.
            plan = plan with { IsAttempted = round.MayHaveEffect };
        }

        return leased.Failures < FailuresWithConflictMax
            ? (null, new TargetFailure(Codes.StoreConcurrentChange, "Somebody else changes the study at the same time."))
            : await GiveUpAsync(plan, seen, leased, cancellationToken);
    }

    private async Task<(PlanEnd? End, TargetFailure? Failure)> GiveUpAsync(
        TargetPlan plan, SeenStudy? seen, LeasedStudy leased, CancellationToken cancellationToken)
    {
        var error = Notice.Of(Codes.GivenUp, "attempts", leased.Failures * ConflictsMax, "code", Codes.StoreConcurrentChange);
        var answer = plan.Document.Creates
            ? await client.GetByUidAsync(plan.Document.StudyInstanceUid, cancellationToken)
            : await client.GetAsync(plan.StudyId, cancellationToken);

        return answer.Failure is { } failure ? (null, failure)
            : answer.Study is not { } remote || plan.Document.Creates ? (PlanEnd.Absent(plan, error), null)
            : (PlanEnd.Refused(plan, seen, PlanReviewRule.Review(plan, remote, seen), remote, error, plan.IsAttempted), null);
    }

    /// <summary>One way through the steps of a plan, from a fresh look at the study.</summary>
    private sealed class Round(ITargetStore store, ITargetClient client, TargetPlan plan, SeenStudy? seen, string owner, TimeSpan lease)
    {
        private bool _isNoted;

        /// <summary>A call of the plan was accepted, or may have been.</summary>
        public bool MayHaveEffect { get; private set; } = plan.IsAttempted;

        // Null: a conflict.
        public async Task<(PlanEnd? End, TargetFailure? Failure)?> RunAsync(CancellationToken cancellationToken)
        {
            var creates = plan.Document.Creates;
            var look = creates
                ? await client.GetByUidAsync(plan.Document.StudyInstanceUid, cancellationToken)
                : await client.GetAsync(plan.StudyId, cancellationToken);

            if (look.IsGone && creates)
            {
                var created = await SendAsync(PlanSteps.Creation(plan), cancellationToken);

                return created.Study is { } study ? await FollowAsync(study, adopted: null, cancellationToken)
                    : created.Refusal is { } refusal ? (PlanEnd.Absent(plan, Notice.Of(Codes.StoreRefused, "detail", refusal)), null)
                    : created.IsGone ? (PlanEnd.Absent(plan, Notice.Of(Codes.StoreRefused, "detail", "404")), null)
                    : OutcomeOf(created);
            }

            return look.Study is { } remote ? await FollowAsync(remote, creates && !plan.IsAttempted ? remote : null, cancellationToken)
                : look.Refusal is not null ? (null, new TargetFailure(Codes.StoreServerError, "The platform does not show the study."))
                : OutcomeOf(look);
        }

        private async Task<(PlanEnd? End, TargetFailure? Failure)?> FollowAsync(RemoteStudy remote, RemoteStudy? adopted, CancellationToken cancellationToken)
        {
            var review = PlanReviewRule.Review(plan, remote, seen);
            var patches = 0;
            var removesKeys = false;

            while (PlanSteps.Next(plan, review.Wanted, remote, removesKeys) is { } call)
            {
                if (call.Operation == "patch" && patches++ == PatchesMax)
                {
                    // What comes after what was not kept is not done: a person looks first. A key that stays does not hold it up.
                    if (OnlyKeysAreKept(review, remote) && Lifecycle(review, remote) is { } cancel)
                    {
                        call = cancel;
                    }
                    else
                    {
                        break;
                    }
                }

                var answer = await SendAsync(call, cancellationToken);

                if (answer.Study is { } after)
                {
                    (remote, removesKeys) = (after, call.Operation == "patch");
                    continue;
                }

                return answer.Refusal is { } refusal
                    ? (PlanEnd.Refused(plan, seen, review, remote, Notice.Of(Codes.StoreRefused, "detail", refusal), MayHaveEffect), null)
                    : OutcomeOf(answer);
            }

            return (PlanEnd.Accepted(plan, seen, review, remote, adopted), null);
        }

        private static bool OnlyKeysAreKept(PlanReview review, RemoteStudy remote) =>
            PlanSteps.Differing(review.Wanted, remote).All(field => PlanSteps.IsPair(field) && review.Wanted[field] is null);

        private TargetCall? Lifecycle(PlanReview review, RemoteStudy remote) => PlanSteps.Next(
            plan,
            review.Wanted.Where(wanted => wanted.Key == FieldNames.IsCancelled).ToDictionary(wanted => wanted.Key, wanted => wanted.Value),
            remote,
            removesKeys: false);

        private async Task<TargetAnswer> SendAsync(TargetCall call, CancellationToken cancellationToken)
        {
            // On the disk before the first call goes out: whoever takes over has to read back. Also, nobody else has the study.
            await store.RenewAsync(plan.StudyId, owner, lease, _isNoted ? null : plan.Position, cancellationToken);
            _isNoted = true;
            CrashPoint.Reach(CrashPoint.BeforeCall);
            var answer = await client.SendAsync(call, cancellationToken);
            CrashPoint.Reach(CrashPoint.AfterCall);
            MayHaveEffect |= answer.Study is not null || answer.Failure is not null;

            return answer;
        }

        private (PlanEnd? End, TargetFailure? Failure)? OutcomeOf(TargetAnswer answer) =>
            answer.Failure is { } failure ? (null, failure)
            : answer.IsGone ? (PlanEnd.Absent(plan, Notice.Of(Codes.StudyGone)), null)
            : null;
    }
}
