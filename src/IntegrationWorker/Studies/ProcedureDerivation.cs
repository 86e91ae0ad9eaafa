using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>Derives the study fields from the procedures and takes them through the second gate. docs/mapping.md §3.1, §6.3.</summary>
/// <remarks>Made before the procedures are touched: it compares with those that were active then.</remarks>
internal sealed class ProcedureDerivation(UnitApplication application, Rulebook rules, AcceptedStatements accepted)
{
    private readonly StudyState _state = application.Study.State;
    private readonly UnitUpdate _unit = application.Unit;
    private readonly List<Procedure> _activeBefore = Active(application.Study.State);

    /// <summary>The study fields behind whose facts something was accepted, or all when the active procedures or their order changed.</summary>
    public void DeriveFields()
    {
        var active = Active();
        var setChanged = active.Count > 0 && !_activeBefore.SequenceEqual(active);

        // While every procedure is cancelled, a fact that is stated is derived from all of them.
        var relevant = active.Count > 0 ? active : InOrder(_state.Procedures);

        DeriveViewerStatus(relevant, setChanged);

        if (accepted.Facts.ContainsKey(ProcedureFacts.Description) || setChanged)
        {
            DeriveDescription(relevant);
        }

        var severity = accepted.Facts.ContainsKey(ProcedureFacts.Severity) || setChanged ? DeriveSeverity(relevant) : Verdict.Equal;

        foreach (var fact in ProcedureFacts.Codes)
        {
            if (accepted.Facts.ContainsKey(fact) || setChanged)
            {
                DeriveCode(relevant, fact, severity);
            }
        }
    }

    public void DeriveLifecycle()
    {
        if (accepted.Cancel && Active().Count == 0)
        {
            application.State(FieldNames.IsCancelled, "true", accepted.SignalLocation, StatementTraits.None, NewestOf(_state.Procedures, ProcedureFacts.State));
        }
        else if (accepted.Active)
        {
            Lifecycle.Activate(application, accepted.SignalLocation, NewestOf(_state.Procedures, ProcedureFacts.State));
        }
    }

    private void DeriveViewerStatus(List<Procedure> relevant, bool setChanged)
    {
        var stated = accepted.Facts.ContainsKey(ProcedureFacts.Result);
        var location = accepted.Facts.GetValueOrDefault(ProcedureFacts.Result);

        if ((stated || setChanged) && relevant.Count > 0 && relevant.TrueForAll(procedure => procedure.IsFinal))
        {
            application.State(
                FieldNames.StudyViewerStatus, ViewerStatus.Complete, location, StatementTraits.None, NewestOf(relevant, ProcedureFacts.Result));

            if (stated && application.Study.IsCancelled)
            {
                application.Warn(Notice.Of(Codes.FinalForCancelled));
            }
        }
        else if (accepted.BroughtNewActive && application.Study.StudyViewerStatus == ViewerStatus.Complete)
        {
            application.State(
                FieldNames.StudyViewerStatus, ViewerStatus.Incomplete, null, StatementTraits.None, NewestOf(relevant, ProcedureFacts.Result));
        }
    }

    private void DeriveDescription(List<Procedure> relevant)
    {
        var joined = string.Join(" + ", ValuesOf(relevant, ProcedureFacts.Description));

        if (joined.Length > 0)
        {
            application.State(
                FieldNames.StudyDescription,
                MetadataLimits.FitDescription(joined, application.Result.Warnings),
                accepted.Facts.GetValueOrDefault(ProcedureFacts.Description),
                StatementTraits.GuardedFromPacs,
                NewestOf(relevant, ProcedureFacts.Description));
        }
    }

    private Verdict DeriveSeverity(List<Procedure> relevant)
    {
        var stated = relevant.FindAll(procedure => procedure.Get(ProcedureFacts.Severity) is not null);

        if (stated.Count == 0)
        {
            return Verdict.Equal;
        }

        var highest = stated.Max(procedure => Severities.Parse(procedure.Get(ProcedureFacts.Severity))).ToText();
        var raises = FieldGate.Raises(application.Study.Severity, highest);
        var traits = StatementTraits.GuardedFromPacs | (raises ? StatementTraits.Urgent : StatementTraits.None);

        var location = accepted.Facts.GetValueOrDefault(ProcedureFacts.Severity);
        var clock = NewestOf(stated, ProcedureFacts.Severity);

        // Only what the message itself says about a severity has to ask the holder; a set that got smaller does not.
        if (accepted.Facts.ContainsKey(ProcedureFacts.Severity))
        {
            traits |= StatementTraits.Severity | StatementTraits.Derived;
            var state = _state.Of(FieldNames.Severity);

            if (PlacerSeverityRule.Holds(application.Source, rules, state, highest))
            {
                application.Settle(
                    FieldNames.Severity, state, highest, location, application.Speaker(FieldNames.Severity, clock), Verdict.Authority);
                return Verdict.Authority;
            }
        }

        return application.State(FieldNames.Severity, highest, location, traits, clock);
    }

    private void DeriveCode(List<Procedure> relevant, string fact, Verdict severity)
    {
        var stated = StatedOf(relevant, fact);

        if (stated.Count == 0)
        {
            return;
        }

        var values = ValuesOf(stated, fact);
        var value = values.Count == 0 ? null
            : fact == ProcedureFacts.PriorityCode ? MostUrgentCode(stated)
            : MetadataLimits.Fit(fact, string.Join("; ", values), application.Result.Warnings);

        if (value is null && MetadataLimits.IsIdentityKey(fact))
        {
            return;
        }

        if (fact == ProcedureFacts.PriorityCode && severity is Verdict.Authority or Verdict.SeverityKept)
        {
            HoldBackCode(value, severity); // The code stays with the severity it stands for.
            return;
        }

        application.Metadata.Add(new MetadataStatement(
            fact, value, accepted.Facts.GetValueOrDefault(fact), UrgentCode(fact, value), NewestOf(stated, fact)));
    }

    private void HoldBackCode(string? value, Verdict verdict)
    {
        var field = FieldNames.OfMetadata(ProcedureFacts.PriorityCode);
        var state = _state.Fields.GetValueOrDefault(field);

        if (state?.Value != value)
        {
            application.HoldBack(field, value, accepted.Facts.GetValueOrDefault(ProcedureFacts.PriorityCode), verdict, state?.Last);
        }
    }

    private StatementTraits UrgentCode(string fact, string? value) =>
        fact == ProcedureFacts.PriorityCode && value is not null && application.Study.State.Of(FieldNames.Severity).Last?.Key == _unit.UnitKey
            ? StatementTraits.Urgent
            : StatementTraits.None;

    private static string? MostUrgentCode(List<Procedure> procedures) => procedures is [var only]
        ? only.Get(ProcedureFacts.PriorityCode)
        : procedures
            .Where(procedure => procedure.Get(ProcedureFacts.PriorityCode) is not null)
            .MaxBy(procedure => Severities.Parse(procedure.Get(ProcedureFacts.Severity)))?
            .Get(ProcedureFacts.PriorityCode);

    /// <summary>The procedures that say something about the fact, be it that it is deleted.</summary>
    private static List<Procedure> StatedOf(List<Procedure> procedures, string fact)
    {
        var stated = new List<Procedure>(procedures.Count);

        foreach (var procedure in procedures)
        {
            if (procedure.Facts.TryGetValue(fact, out var state) && (state.Value is not null || state.Last is not null))
            {
                stated.Add(procedure);
            }
        }

        return stated;
    }

    /// <summary>The different values of a fact, in the order of the procedures.</summary>
    private static List<string> ValuesOf(List<Procedure> procedures, string fact)
    {
        var values = new List<string>(procedures.Count);

        foreach (var procedure in procedures)
        {
            if (procedure.Get(fact) is { } value && !values.Contains(value))
            {
                values.Add(value);
            }
        }

        return values;
    }

    /// <summary>
    /// The newest clock behind a derived value. A late message that adds one of several facts must not make
    /// the whole look late: the facts have passed their own clocks already.
    /// </summary>
    private Clock NewestOf(List<Procedure> procedures, string fact)
    {
        var newest = _unit.Clock;

        foreach (var procedure in procedures)
        {
            if (procedure.Facts.TryGetValue(fact, out var state) && state.Last is { } last && last.Clock.IsNewerThan(newest))
            {
                newest = last.Clock;
            }
        }

        return DerivedBefore(fact) is { } before && before.IsNewerThan(newest) ? before : newest;
    }

    /// <summary>
    /// When this feed's facts were last derived. A reinstatement derives with its own clock; a fact that is older than
    /// it, and yet the newest of its procedure, belongs into the value all the same.
    /// </summary>
    private Clock? DerivedBefore(string fact) =>
        _unit.Kind is UnitKind.Order or UnitKind.Result or UnitKind.Document
        && _state.Fields.GetValueOrDefault(ProcedureFacts.StudyFieldOf(fact))?.Last is { } last
        && last.Source == _unit.SourceId
            ? last.Clock
            : null;

    private List<Procedure> Active() => Active(_state);

    private static List<Procedure> Active(StudyState state) => InOrder(state.Procedures.FindAll(static procedure => !procedure.IsCancelled));

    /// <summary>As they were first stated; an order that arrives late moves its procedure forward. The sort keeps ties.</summary>
    private static List<Procedure> InOrder(List<Procedure> procedures) =>
        procedures.Count < 2 ? procedures : [.. procedures.OrderBy(procedure => procedure.FirstStated.Transaction.Start)];
}
