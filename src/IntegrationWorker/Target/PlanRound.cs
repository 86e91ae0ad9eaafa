using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>One way through the steps of a plan, from a fresh look at the study.</summary>
/// <param name="beforeCall">Done before each call that writes.</param>
internal sealed class PlanRound(ITargetClient client, TargetPlan plan, SeenStudy? seen, Func<CancellationToken, Task> beforeCall)
{
    // The complete map, then once more with the keys that were kept, or what was not kept.
    private const int PatchesMax = 2;

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
        await beforeCall(cancellationToken);
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
