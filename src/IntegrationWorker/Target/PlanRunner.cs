using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>
/// Brings the plans of one study to the platform, one after the other. Before each step it is known what the platform shows, so a plan that was
/// broken off, here or in a worker that died, goes on where it was and repeats nothing. docs/mapping.md §5.4; ADR 20.
/// </summary>
internal sealed class PlanRunner(ITargetStore store, ITargetClient client, PlanConclusion conclusion, TargetPatience patience, TimeSpan lease)
{
    // With its answer read back in between, somebody who is always first is no accident any more.
    private const int ConflictsMax = 3;

    // The complete map, then once more with the keys that were kept, or what was not kept.
    private const int PatchesMax = 2;

    /// <returns>Why it ended before the last plan; null when all are through.</returns>
    /// <exception cref="StoreConflictException">Somebody else has the study by now. Nothing was written here.</exception>
    public async Task<TargetFailure?> RunAsync(LeasedStudy leased, string owner, Action<string> onEnded, CancellationToken cancellationToken)
    {
        var (studyId, hasFailed) = (leased.StudyId, leased.Failures > 0);

        while (!cancellationToken.IsCancellationRequested && await store.ReadNextAsync(studyId, cancellationToken) is { } next)
        {
            var (end, failure, isAccepted) = await BringAsync(next.Plan, next.Seen, owner, cancellationToken);
            var isGivenUp = false;

            if (failure is not null)
            {
                (end, failure) = await FailAsync(studyId, owner, failure, cancellationToken);
                isGivenUp = true;
            }

            if (end is null)
            {
                return failure;
            }

            CrashPoint.Reach(CrashPoint.BeforeConclusion);
            studyId = await conclusion.EndAsync(end, cancellationToken);
            CrashPoint.Reach(CrashPoint.AfterConclusion);
            onEnded(studyId);

            if (isAccepted)
            {
                await patience.AcceptedAsync(cancellationToken);
            }

            if (hasFailed || isGivenUp)
            {
                await store.ForgetFailuresAsync(studyId, owner, keepsTime: isGivenUp, cancellationToken);
                hasFailed = isGivenUp;
            }
        }

        return null;
    }

    private async Task<(PlanEnd? End, TargetFailure? Failure, bool IsAccepted)> BringAsync(
        TargetPlan plan, SeenStudy? seen, string owner, CancellationToken cancellationToken)
    {
        for (var conflicts = 0; conflicts < ConflictsMax; conflicts++)
        {
            await store.RenewAsync(plan.StudyId, owner, lease, null, cancellationToken);
            var round = new Round(store, client, plan, seen, owner, lease);

            if (await round.RunAsync(cancellationToken) is var (end, failure))
            {
                return (end, failure, end?.Error is null && round.IsAccepted);
            }

            // Read back and begin again. What was known to take no effect is computed anew.
            plan = plan with { IsAttempted = round.MayHaveEffect };
        }

        return (null, new TargetFailure(Codes.StoreConcurrentChange, "Somebody else changes the study at the same time."), false);
    }

    /// <summary>Counts a failure, and ends the plan when that was the last one that it may have.</summary>
    private async Task<(PlanEnd? End, TargetFailure? Failure)> FailAsync(
        string studyId, string owner, TargetFailure failure, CancellationToken cancellationToken)
    {
        var (isAlone, givenUp) = await patience.FailsAsync(studyId, owner, failure, cancellationToken);

        // As it is on the disk: whether a call went out is known there.
        return givenUp is not null && await store.ReadNextAsync(studyId, cancellationToken) is { } next
            ? await GiveUpAsync(next.Plan, next.Seen, givenUp, cancellationToken)
            : (null, failure with { IsAlone = isAlone });
    }

    private async Task<(PlanEnd? End, TargetFailure? Failure)> GiveUpAsync(
        TargetPlan plan, SeenStudy? seen, Notice error, CancellationToken cancellationToken)
    {
        var look = plan.Document.Creates
            ? await client.GetByUidAsync(plan.Document.StudyInstanceUid, cancellationToken)
            : await client.GetAsync(plan.StudyId, cancellationToken);

        return look switch
        {
            { Failure: { IsOfStudy: false } failure } => (null, failure),
            { Study: { } remote } => (PlanEnd.Refused(plan, seen, PlanReviewRule.Review(plan, remote, seen), remote, error, plan.IsAttempted), null),
            { IsGone: true } => (PlanEnd.Absent(plan, error), null),
            _ when plan.Document.Creates => (PlanEnd.Absent(plan, error), null), // Should it be there, it comes back as one that is not known here.
            _ => (PlanEnd.NotShown(plan, seen, error), null),
        };
    }

    /// <summary>One way through the steps of a plan, from a fresh look at the study.</summary>
    private sealed class Round(ITargetStore store, ITargetClient client, TargetPlan plan, SeenStudy? seen, string owner, TimeSpan lease)
    {
        private bool _isNoted;

        /// <summary>A call of the plan was accepted, or may have been.</summary>
        public bool MayHaveEffect { get; private set; } = plan.IsAttempted;

        /// <summary>The platform accepted a call.</summary>
        public bool IsAccepted { get; private set; }

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
                : look.Refusal is { } words ? (null, new TargetFailure(Codes.StoreServerError, "The platform does not show the study.") { IsOfStudy = true, Answer = words })
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
            IsAccepted |= answer.Study is not null;
            MayHaveEffect |= answer.Study is not null || answer.Failure is not null;

            return answer;
        }

        private (PlanEnd? End, TargetFailure? Failure)? OutcomeOf(TargetAnswer answer) =>
            answer.Failure is { } failure ? (null, failure)
            : answer.IsGone ? (PlanEnd.Absent(plan, Notice.Of(Codes.StudyGone)), null)
            : null;
    }
}
