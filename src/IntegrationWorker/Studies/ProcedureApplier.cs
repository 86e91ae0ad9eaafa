using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>Takes the procedure facts of a unit through their own gates, the first of two. docs/mapping.md §3.1, §6.3.</summary>
internal sealed class ProcedureApplier(UnitApplication application, Rulebook rules)
{
    private readonly StudyState _state = application.Study.State;
    private readonly UnitUpdate _unit = application.Unit;
    private readonly int _known = application.Study.State.Procedures.Count;

    private readonly AcceptedStatements _accepted = new();

    public void Apply()
    {
        var derivation = new ProcedureDerivation(application, rules, _accepted);

        foreach (var update in _unit.Procedures)
        {
            ApplyOne(update);
        }

        derivation.DeriveLifecycle();
        derivation.DeriveFields();
    }

    /// <summary>A command or FHIR reinstates the study: every cancelled procedure goes on, and counts for the study's fields again.</summary>
    public void ReinstateAll()
    {
        var derivation = new ProcedureDerivation(application, rules, _accepted);

        foreach (var procedure in _state.Procedures.Where(procedure => procedure.IsCancelled))
        {
            procedure.Of(ProcedureFacts.State).Set(ProcedureFacts.Active, application.Speaker(FieldNames.IsCancelled).Write);
            application.ProceduresChanged = true;
        }

        derivation.DeriveFields();
    }

    private void ApplyOne(ProcedureUpdate update)
    {
        var procedure = ProcedureMatcher.Find(_state, update, _known, _unit.Procedures.Count);

        if (procedure is null)
        {
            procedure = new Procedure { Key = ProcedureMatcher.FreeKey(_state, update.Key), FirstStated = _unit.Clock };
            _state.Procedures.Add(procedure);
            application.ProceduresChanged = true;
        }
        else if (_unit.Clock.IsOlderThan(procedure.FirstStated))
        {
            procedure.FirstStated = _unit.Clock;
        }

        var isNew = procedure.Facts.GetValueOrDefault(ProcedureFacts.State)?.Last is null;

        ApplySignal(procedure, update);
        ApplyResult(procedure, update);
        ApplyFact(procedure, update, ProcedureFacts.Description, StatementTraits.GuardedFromPacs);
        ApplySeverity(procedure, update);
        ApplyFact(procedure, update, ProcedureFacts.ProcedureCode, StatementTraits.None);
        ApplyFact(procedure, update, ProcedureFacts.Modality, StatementTraits.None);
        ApplyFact(procedure, update, ProcedureFacts.RequestedProcedureId, StatementTraits.None);
        NoticeFrozenClock(procedure);

        _accepted.BroughtNewActive |= isNew && update.Signal == Signal.Active && !procedure.IsFinal;
    }

    private void ApplySignal(Procedure procedure, ProcedureUpdate update)
    {
        if (update.Signal is not (Signal.Active or Signal.Cancel))
        {
            return;
        }

        var isActive = update.Signal == Signal.Active;
        var value = isActive ? ProcedureFacts.Active : ProcedureFacts.Cancelled;
        var traits = isActive ? StatementTraits.Urgent : StatementTraits.None;
        var state = procedure.Of(ProcedureFacts.State);
        var wasActive = state.Value is null or ProcedureFacts.Active;
        var verdict = Settle(procedure, ProcedureFacts.State, value, update.SignalLocation, traits, isActive == wasActive);

        if (verdict is Verdict.Apply or Verdict.Equal)
        {
            _accepted.Active |= isActive;
            _accepted.Cancel |= !isActive;
            _accepted.SignalLocation ??= update.SignalLocation;
        }
    }

    private void ApplyResult(Procedure procedure, ProcedureUpdate update)
    {
        if (!update.Facts.TryGetValue(ProcedureFacts.Result, out var asserted))
        {
            return;
        }

        var state = procedure.Of(ProcedureFacts.Result);

        if (asserted.Value == ProcedureFacts.Final && state.Value != ProcedureFacts.Final)
        {
            // A final result is never taken back by a preliminary one, whichever of them arrives first.
            state.Set(asserted.Value, application.Speaker(FieldNames.StudyViewerStatus).Write);
            application.ProceduresChanged = true;
            _accepted.Facts[ProcedureFacts.Result] = asserted.Location;
            return;
        }

        var older = state.Last is { } last && _unit.Clock.IsOlderThan(last.Clock);

        if (!older && state.Value == ProcedureFacts.Final && asserted.Value != ProcedureFacts.Final)
        {
            application.Warn(Notice.Of(Codes.FinalKept, "procedure", procedure.Key));
            return;
        }

        ApplyFact(procedure, update, ProcedureFacts.Result, StatementTraits.None);
    }

    private void ApplySeverity(Procedure procedure, ProcedureUpdate update)
    {
        var hasSeverity = update.Facts.TryGetValue(ProcedureFacts.Severity, out var severity);
        var hasCode = update.Facts.TryGetValue(ProcedureFacts.PriorityCode, out var code);
        var held = Verdict.Apply;
        var traits = StatementTraits.None;

        if (hasSeverity)
        {
            var state = procedure.Of(ProcedureFacts.Severity);
            var raises = FieldGate.Raises(state.Value, severity!.Value);

            if (_unit.Kind == UnitKind.Result && !(raises && FieldGate.Raises(application.Study.Severity, severity.Value)))
            {
                return; // Results may only raise it, and only where the source is set so.
            }

            traits = raises ? StatementTraits.Urgent : StatementTraits.None;
            held = PlacerSeverityRule.Holds(application.Source, rules, state, severity.Value)
                ? SettleAs(procedure, ProcedureFacts.Severity, severity, Verdict.Authority)
                : ApplyFact(procedure, update, ProcedureFacts.Severity, traits | StatementTraits.Severity | StatementTraits.GuardedFromPacs);
        }

        if (!hasCode)
        {
            return;
        }

        // The code goes with the severity it stands for.
        if (held is Verdict.Authority or Verdict.SeverityKept or Verdict.Echo)
        {
            SettleAs(procedure, ProcedureFacts.PriorityCode, code!, held);
        }
        else
        {
            ApplyFact(procedure, update, ProcedureFacts.PriorityCode, traits);
        }
    }

    private Verdict ApplyFact(Procedure procedure, ProcedureUpdate update, string fact, StatementTraits traits)
    {
        if (!update.Facts.TryGetValue(fact, out var asserted))
        {
            return Verdict.Apply;
        }

        var verdict = Settle(procedure, fact, asserted.Value, asserted.Location, traits, procedure.Get(fact) == asserted.Value);

        if (verdict is Verdict.Apply or Verdict.Equal)
        {
            _accepted.Facts[fact] = asserted.Location;
        }

        return verdict;
    }

    private Verdict Settle(Procedure procedure, string fact, string? value, string? location, StatementTraits traits, bool isSame)
    {
        var field = ProcedureFacts.StudyFieldOf(fact);
        var state = procedure.Of(fact);
        var speaker = application.Speaker(field);
        var verdict = FieldGate.Judge(state, value, speaker, traits);

        Finish(field, state, value, location, speaker, verdict, isSame);
        return verdict;
    }

    private Verdict SettleAs(Procedure procedure, string fact, Asserted asserted, Verdict verdict)
    {
        var field = ProcedureFacts.StudyFieldOf(fact);
        var state = procedure.Of(fact);

        Finish(field, state, asserted.Value, asserted.Location, application.Speaker(field), verdict, state.Value == asserted.Value);
        return verdict;
    }

    private void Finish(string field, FieldState state, string? value, string? location, in Speaker speaker, Verdict verdict, bool isSame)
    {
        if (!isSame && verdict is not (Verdict.Apply or Verdict.Equal))
        {
            application.HoldBack(field, value, location, verdict, state.Last);
        }

        application.ProceduresChanged |= !isSame && verdict == Verdict.Apply;
        FieldGate.Settle(state, value, speaker, verdict);
    }

    /// <summary>Three messages of one procedure with the same order time: the sender never moves it (CLK-103).</summary>
    private void NoticeFrozenClock(Procedure procedure)
    {
        if (_unit.Clock.Transaction == _unit.Clock.Message || _unit.Kind != UnitKind.Order)
        {
            return;
        }

        var key = $"{_unit.SourceId}|{procedure.Key}";
        var ticks = _unit.Clock.Transaction.Start.UtcTicks;
        var seen = _state.RepeatedTimes?.GetValueOrDefault(key);
        var count = seen?.TransactionTicks == ticks ? seen.Messages + 1 : 1;

        _state.RepeatedTimes ??= new Dictionary<string, RepeatedTime>(StringComparer.Ordinal);
        _state.RepeatedTimes[key] = new RepeatedTime(ticks, count);

        if (count >= 3)
        {
            application.Warn(Notice.Of(Codes.TransactionTimeNeverMoves));
        }
    }
}
