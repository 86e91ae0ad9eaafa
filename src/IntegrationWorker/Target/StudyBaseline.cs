using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>Brings our record of a study to what the platform has: takes back what it refused, takes over what somebody there wrote. Pure.</summary>
internal sealed class StudyBaseline(Study study, string studyId)
{
    /// <summary>What was not made is as before, unless a later unit has written the field since.</summary>
    public void Undo(PlanEnd end)
    {
        var states = new PlanStates(end.Plan.Document);

        foreach (var change in end.NotMade.Where(change => IsOf(change.Field, end.Plan.UnitKey)))
        {
            Undo(change, states.Before(change.Field), end);
        }

        foreach (var (change, verdict, theirsAt) in end.Review.HeldBack.Where(held => IsOf(held.Change.Field, end.Plan.UnitKey)))
        {
            Put(change.Field, states.Held(change, verdict, end.Remote![change.Field], theirsAt, studyId));
        }

        foreach (var field in end.KeysKept.Where(field => IsOf(field, end.Plan.UnitKey)))
        {
            study.State.Fields[field].Value = end.Remote![field];
        }
    }

    /// <summary>What differs from what we last saw was written there; where a plan of ours waits for the field, that plan is judged when its turn comes.</summary>
    public void TakeTheirs(PlanEnd end)
    {
        if (end.Adopted is not null)
        {
            Adopt(end);
        }

        // Where we named none, or another one than the key belongs to, the platform says whose it is.
        if (end.Plan.Document.Creates && end.Remote![FieldNames.OrgId] is { } orgId)
        {
            study.OrgId = orgId;
        }

        foreach (var change in end.Review.Theirs.Where(change => study.State.Get(change.Field) == change.Previous))
        {
            Take(change.Field, change.Current, end.Remote!.UpdatedAt);
        }
    }

    /// <summary>Somebody at the platform wrote this.</summary>
    public void Take(string field, string? value, DateTimeOffset at)
    {
        study.State.Of(field).Set(value, PlanReviewRule.WriteOf(studyId, at));
        Mirror(field);
    }

    private void Undo(FieldChange change, FieldState? before, PlanEnd end)
    {
        var field = change.Field;

        if (end.Remote is { } remote && end.Seen?.TheirsAt(field, remote) is { } theirsAt)
        {
            Take(field, remote[field], theirsAt);
            return;
        }

        // The platform never had what was before when that was refused, too.
        var there = end.Remote is { } shown ? shown[field] : end.Seen is { } seen ? seen.Values.GetValueOrDefault(field) : change.Previous;
        Put(field, there == change.Previous ? before : there is null ? null : new FieldState { Value = there });
    }

    // Nobody is known to have said so: anybody may say better.
    private void Adopt(PlanEnd end)
    {
        foreach (var (field, value) in end.Remote!.Values.Where(value => !end.Review.Wanted.ContainsKey(value.Key)))
        {
            Put(field, new FieldState { Value = value });
        }
    }

    private bool IsOf(string field, string unitKey) => study.State.Fields.GetValueOrDefault(field)?.Last?.Key == unitKey;

    private void Put(string field, FieldState? state)
    {
        if (state is null)
        {
            study.State.Fields.Remove(field);
        }
        else
        {
            study.State.Fields[field] = state;
        }

        Mirror(field);
    }

    // What stands beside the state document as well.
    private void Mirror(string field)
    {
        if (field == FieldNames.OrgId)
        {
            study.OrgId = study.State.Get(field);
        }
        else if (field == FieldNames.IsCancelled)
        {
            study.CancelledAt = study.IsCancelled ? study.CancelledAt ?? study.UpdatedAt : null;
        }
    }
}
