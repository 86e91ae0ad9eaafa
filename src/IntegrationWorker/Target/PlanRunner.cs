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
            long? position = plan.Position;
            var round = new PlanRound(client, plan, seen, async token =>
            {
                // On the disk before the first call goes out: whoever takes over has to read back. Also, nobody else has the study.
                await store.RenewAsync(plan.StudyId, owner, lease, position, token);
                position = null;
            });

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
}
