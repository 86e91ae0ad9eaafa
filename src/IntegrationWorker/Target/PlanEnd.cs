using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>How a plan ended.</summary>
/// <param name="Remote">The study as the platform showed it last; null when it is not there, or is not shown.</param>
/// <param name="Error">Why a part of it, or all, was not accepted; null when all was.</param>
/// <param name="Made">The changes that the platform has.</param>
/// <param name="NotMade">Those that it refused or did not keep.</param>
/// <param name="KeysKept">Metadata keys that should be gone and are not (API-101).</param>
/// <param name="Adopted">The study was to be created and was there already, like this; null otherwise.</param>
internal sealed record PlanEnd(
    TargetPlan Plan,
    SeenStudy? Seen,
    PlanReview Review,
    RemoteStudy? Remote,
    Notice? Error,
    IReadOnlyList<FieldChange> Made,
    IReadOnlyList<FieldChange> NotMade,
    IReadOnlyList<string> KeysKept,
    RemoteStudy? Adopted)
{
    private static readonly PlanReview _nothing = new() { Wanted = new Dictionary<string, string?>(), HeldBack = [], Theirs = [] };

    /// <summary>The study is not at the platform: our record of it goes, too.</summary>
    public bool IsAbsent { get; private init; }

    /// <summary>All that was wanted is there.</summary>
    public static PlanEnd Accepted(TargetPlan plan, SeenStudy? seen, PlanReview review, RemoteStudy remote, RemoteStudy? adopted)
    {
        var kept = PlanSteps.Differing(review.Wanted, remote);
        var keysKept = kept.Where(field => PlanSteps.IsPair(field) && review.Wanted[field] is null).ToList();
        List<FieldChange> notMade = [.. plan.Document.Changes.Where(change => kept.Contains(change.Field) && !keysKept.Contains(change.Field))];
        var error = notMade.Count == 0 ? null : Notice.Of(
            Codes.StoreRefused, "detail", $"The platform accepted the call and did not keep {string.Join(", ", notMade.Select(change => change.Field))}.");

        var made = plan.Document.Changes.Where(change => remote[change.Field] == change.Current && !review.HeldBack.Any(held => held.Change == change));

        // What was so already when the study was found there is no change.
        made = adopted is null ? made : made
            .Where(change => adopted[change.Field] != change.Current)
            .Select(change => change with { Previous = adopted[change.Field] });

        return new PlanEnd(plan, seen, review, remote, error, [.. made], notMade, keysKept, adopted);
    }

    /// <summary>The platform refused a step. What earlier steps changed stays, and is told.</summary>
    /// <param name="remote">As it is after the refusal.</param>
    /// <param name="hasEffect">A call of the plan was accepted, or may have been before a crash.</param>
    public static PlanEnd Refused(TargetPlan plan, SeenStudy? seen, PlanReview review, RemoteStudy remote, Notice error, bool hasEffect)
    {
        var made = hasEffect
            ? plan.Document.Changes.Where(change =>
                review.Wanted.ContainsKey(change.Field) && remote[change.Field] == change.Current
                && (seen is null || seen.Values.GetValueOrDefault(change.Field) != change.Current)).ToList()
            : [];

        return new PlanEnd(
            plan, seen, review, remote, error, made,
            [.. plan.Document.Changes.Where(change => review.Wanted.ContainsKey(change.Field) && !made.Contains(change))], [], null);
    }

    /// <summary>The study is not at the platform: it has left, or its creation was refused.</summary>
    public static PlanEnd Absent(TargetPlan plan, Notice error) => NotShown(plan, null, error) with { IsAbsent = true };

    /// <summary>
    /// Given up while the platform does not even show the study. Our record is as before the plan; should a call have had an effect, it is
    /// taken over like a person's change as soon as it is shown.
    /// </summary>
    public static PlanEnd NotShown(TargetPlan plan, SeenStudy? seen, Notice error) => new(plan, seen, _nothing, null, error, [], plan.Document.Changes, [], null);
}
