using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>
/// Takes down the plans of one batch, where a platform keeps the studies. Knows each study before and after each of its units, so that a
/// change the platform refuses can be taken back.
/// </summary>
internal sealed class PlanBook(BatchChanges changes)
{
    private readonly Dictionary<string, byte[]> _states = new(StringComparer.Ordinal);

    // Of the message that is being decided: what it came with is known at its end.
    private readonly List<int> _open = [];

    /// <summary>The studies of the batch as they were loaded.</summary>
    public void Keep(IEnumerable<Study> studies)
    {
        foreach (var study in studies)
        {
            _states.TryAdd(study.StudyId, StateWriter.Write(study.State));
        }
    }

    /// <summary>A unit was decided about: changed the study, its provenance, or nothing.</summary>
    public void Add(Study study, UnitUpdate unit, UnitResult result, string originKind, DateTimeOffset now)
    {
        if (result.Effective is { } effective)
        {
            _open.Add(changes.Plans.Count);
            changes.Plans.Add(new TargetPlan
            {
                StudyId = study.StudyId,
                Document = new PlanDocument
                {
                    Unit = unit,
                    Result = result,
                    StudyInstanceUid = study.StudyInstanceUid,
                    Version = study.Version,
                    Creates = effective.Creates,
                    OrgId = study.OrgId,
                    Changes = effective.Changes,
                    Lifecycle = effective.Lifecycle,
                    Held = result.Held,
                    Before = _states.TryGetValue(study.StudyId, out var before) ? PartOf(StateReader.Read(before), effective) : PartOf(new StudyState(), effective),
                    After = PartOf(study.State, effective),
                    OriginKind = originKind,
                    DecidedAt = now,
                },
            });
        }

        _states[study.StudyId] = StateWriter.Write(study.State);
    }

    /// <summary>What a message, or a unit that waited, came with: for the plans that it made.</summary>
    public void Complete(string messageKey, int? unit, DateTimeOffset receivedAt, ReadOnlyMemory<byte> body, byte[] headers, string door)
    {
        foreach (var place in _open.Where(place => IsOf(changes.Plans[place], messageKey, unit)).ToList())
        {
            var plan = changes.Plans[place];
            changes.Plans[place] = plan with
            {
                Document = plan.Document with { ReceivedAt = receivedAt, Body = body, Headers = headers, Door = door },
            };
            _open.Remove(place);
        }
    }

    private static bool IsOf(TargetPlan plan, string messageKey, int? unit) =>
        plan.MessageKey == messageKey && (unit is null || plan.Document.Unit.Number == unit);

    private static byte[] PartOf(StudyState state, EffectiveUpdate effective)
    {
        var part = new StudyState();

        foreach (var change in effective.Changes)
        {
            if (state.Fields.TryGetValue(change.Field, out var field))
            {
                part.Fields[change.Field] = field;
            }
        }

        return StateWriter.Write(part);
    }
}
