using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>A plan held against what the platform shows: what of it is still to be written, and what somebody there has written since.</summary>
internal sealed record PlanReview
{
    /// <summary>Field → value that the platform is to have after the plan; null: none.</summary>
    public required IReadOnlyDictionary<string, string?> Wanted { get; init; }

    /// <summary>Changes of the plan that are not made, because somebody at the platform wrote the field and the gates hold the plan back.</summary>
    public required IReadOnlyList<(FieldChange Change, Verdict Verdict, DateTimeOffset TheirsAt)> HeldBack { get; init; }

    /// <summary>Fields beside those of the plan that somebody at the platform wrote since we last looked: field, our value, theirs.</summary>
    public required IReadOnlyList<FieldChange> Theirs { get; init; }
}

/// <summary>Holds a plan against what the platform shows. Pure. docs/mapping.md §5.4, §6.3, §6.4; ADR 20.</summary>
internal static class PlanReviewRule
{
    public const string Viewer = "viewer";

    /// <param name="seen">What the platform was last seen to hold; null: it was never looked at, so nothing there is anybody's change.</param>
    public static PlanReview Review(TargetPlan plan, RemoteStudy remote, SeenStudy? seen)
    {
        var wanted = new Dictionary<string, string?>(StringComparer.Ordinal);
        var held = new List<(FieldChange, Verdict, DateTimeOffset)>();
        var states = new PlanStates(plan.Document);
        var tookEffect = plan.IsAttempted && plan.Document.Changes.Any(change =>
            remote[change.Field] == change.Current && seen?.Values.GetValueOrDefault(change.Field) != change.Current);

        foreach (var change in plan.Document.Changes)
        {
            // Nobody said so: it is what a new study begins with, and no reason to change one that is there.
            if (plan.Document.Creates && !states.IsSaid(change.Field))
            {
                continue;
            }

            if (remote[change.Field] == change.Current || seen?.TheirsAt(change.Field, remote) is not { } theirsAt)
            {
                wanted[change.Field] = change.Current;
                continue;
            }

            // A PATCH is made whole or not at all: where a part of ours is there, this was written after it.
            var verdict = tookEffect ? Verdict.Older : states.Judge(change, remote[change.Field], theirsAt);

            if (verdict is Verdict.Apply or Verdict.Equal)
            {
                wanted[change.Field] = change.Current;
            }
            else
            {
                held.Add((change, verdict, theirsAt));
            }
        }

        return new PlanReview { Wanted = wanted, HeldBack = held, Theirs = seen is null ? [] : TheirsBeside(plan, remote, seen) };
    }

    /// <summary>What differs between what was seen and what is shown now, but for the fields of the plan.</summary>
    private static List<FieldChange> TheirsBeside(TargetPlan plan, RemoteStudy remote, SeenStudy seen) =>
        [.. Differences(seen, remote).Where(difference => !plan.Document.Changes.Any(change => change.Field == difference.Field))];

    /// <summary>What somebody at the platform changed since it was last looked at.</summary>
    public static IEnumerable<FieldChange> Differences(SeenStudy seen, RemoteStudy remote) => seen.Values.Keys
        .Union(remote.Values.Keys)
        .Where(field => seen.Values.GetValueOrDefault(field) != remote[field])
        .Order(Comparer<string>.Create(FieldNames.CompareForEvent))
        .Select(field => new FieldChange(field, seen.Values.GetValueOrDefault(field), remote[field], null));

    /// <summary>The provenance of what somebody at the platform wrote. §6.4.</summary>
    public static Write WriteOf(string studyId, DateTimeOffset at) =>
        new(Viewer, Authority.Viewer, Clock.At(at), $"{KeyOf(studyId, at)}#1");

    /// <summary>Stands where else the key of a message stands.</summary>
    public static string KeyOf(string studyId, DateTimeOffset at) => $"{Viewer}/{studyId}/{at.UtcDateTime:yyyyMMdd'T'HHmmss.fffffff'Z'}";
}

/// <summary>The fields of a plan before and after it.</summary>
internal sealed class PlanStates(PlanDocument plan)
{
    private readonly StudyState _before = StateReader.Read(plan.Before);
    private readonly StudyState _after = StateReader.Read(plan.After);

    /// <summary>The field before the plan; null when it was not there.</summary>
    public FieldState? Before(string field) => _before.Fields.GetValueOrDefault(field);

    /// <summary>Some source said what the plan makes of the field.</summary>
    public bool IsSaid(string field) => _after.Fields.GetValueOrDefault(field)?.Last is not null;

    /// <summary>What the gates say of a change of the plan, had theirs come when it was written.</summary>
    public Verdict Judge(FieldChange change, string? theirs, DateTimeOffset theirsAt)
    {
        var state = With(change.Field, theirs, theirsAt, "");

        return FieldGate.Judge(state, change.Current, SpeakerOf(change), TraitsOf(change, theirs));
    }

    /// <summary>The field as it is when theirs stays and the change of the plan is remembered only.</summary>
    public FieldState Held(FieldChange change, Verdict verdict, string? theirs, DateTimeOffset theirsAt, string studyId)
    {
        var state = With(change.Field, theirs, theirsAt, studyId);
        FieldGate.Settle(state, change.Current, SpeakerOf(change), verdict);

        return state;
    }

    // The before-state is read anew each time it is changed, so that nothing shares it.
    private FieldState With(string field, string? theirs, DateTimeOffset theirsAt, string studyId)
    {
        var state = StateReader.Read(plan.Before).Fields.GetValueOrDefault(field) ?? new FieldState();
        state.Set(theirs, PlanReviewRule.WriteOf(studyId, theirsAt));

        return state;
    }

    private Speaker SpeakerOf(FieldChange change) => new(
        _after.Fields.GetValueOrDefault(change.Field)?.Last ?? new Write(plan.Unit.SourceId, Authority.None, plan.Unit.Clock, plan.Unit.UnitKey),
        plan.Unit.Kind == UnitKind.Command,
        plan.Unit.NeverSuperseded);

    private static StatementTraits TraitsOf(FieldChange change, string? theirs) => change.Field switch
    {
        FieldNames.StudyDescription => StatementTraits.GuardedFromPacs,
        FieldNames.Severity => StatementTraits.GuardedFromPacs | StatementTraits.Severity
            | (FieldGate.Raises(theirs, change.Current) ? StatementTraits.Urgent : StatementTraits.None),
        FieldNames.IsCancelled when change.Current == "false" => StatementTraits.Urgent,
        _ => StatementTraits.None,
    };
}
