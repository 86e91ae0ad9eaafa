using IntegrationWorker.Outbox;
using IntegrationWorker.Store;

namespace IntegrationWorker.Target;

/// <summary>
/// Says which calls to the platform plans would come to, by the code that would make them. Looks at the study there, and writes nothing,
/// neither there nor here.
/// </summary>
internal sealed class PlanPreviewer(ITargetClient client, ITargetStore store, EventSettings events, TimeProvider time)
{
    /// <param name="plans">As a batch would store them.</param>
    /// <returns>For each study of a plan, in their order.</returns>
    public async Task<IReadOnlyList<PreviewedStudy>> PreviewAsync(IReadOnlyList<TargetPlan> plans, CancellationToken cancellationToken)
    {
        var previews = new List<PreviewedStudy>();

        foreach (var ofStudy in plans.GroupBy(plan => plan.StudyId, StringComparer.Ordinal))
        {
            previews.Add(await PreviewStudyAsync([.. ofStudy], cancellationToken));
        }

        return previews;
    }

    private async Task<PreviewedStudy> PreviewStudyAsync(IReadOnlyList<TargetPlan> plans, CancellationToken cancellationToken)
    {
        var studyId = plans[0].StudyId;
        var waiting = await store.ReadPlansAsync(studyId, cancellationToken);
        var seen = (await store.ReadSeenAsync([studyId], cancellationToken)).GetValueOrDefault(studyId);
        var first = waiting is [var oldest, ..] ? oldest : plans[0];
        var look = first.Document.Creates
            ? await client.GetByUidAsync(first.Document.StudyInstanceUid, cancellationToken)
            : await client.GetAsync(studyId, cancellationToken);
        var preview = new PreviewedStudy(studyId, look.Failure?.Code, look.Refusal ?? look.Failure?.Text, waiting.Count);
        var shown = look.Study ?? (look.IsGone ? null : seen?.ToRemote(studyId, first.Document.StudyInstanceUid));

        // Neither shown now nor ever before, and it should be there.
        if (shown is null && !look.IsGone && !first.Document.Creates)
        {
            return preview;
        }

        var platform = new RehearsedPlatform(look.Study?.StudyId ?? studyId, shown);

        foreach (var plan in waiting)
        {
            seen = PlanOutcome.SeenAfter(await RehearseAsync(platform, plan, seen, cancellationToken));
        }

        platform.TakeCalls();

        foreach (var plan in plans)
        {
            var end = await RehearseAsync(platform, plan, seen, cancellationToken);
            seen = PlanOutcome.SeenAfter(end);
            var result = PlanOutcome.ResultOf(end, end.Remote?.StudyId ?? studyId);
            preview.Calls.AddRange(platform.TakeCalls().Select(PreviewedCall.Of));
            preview.Held.AddRange(end.Review.HeldBack.Select(held => (held.Change.Field, PlanOutcome.ReasonOf(held.Verdict))));
            preview.Errors.AddRange(end.Error is { } error ? [error] : []);
            preview.Events.AddRange(result.EventId is null ? [] : [PlanOutcome.EventOf(end, result, events, time.GetUtcNow())]);
        }

        return preview;
    }

    private static async Task<PlanEnd> RehearseAsync(RehearsedPlatform platform, TargetPlan plan, SeenStudy? seen, CancellationToken cancellationToken)
    {
        var round = new PlanRound(platform, plan, seen, _ => Task.CompletedTask);

        return await round.RunAsync(cancellationToken) is var (end, _) && end is not null
            ? end
            : throw new InvalidOperationException("A platform in thought neither fails nor is anybody else there.");
    }
}
