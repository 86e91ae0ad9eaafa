using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>Takes the procedure facts of a unit through their own gates, then derives the study fields from them. docs/mapping.md §3.1, §6.3.</summary>
internal sealed class ProcedureApplier(UnitApplication application, Rulebook rules)
{
    private readonly StudyState _state = application.Study.State;
    private readonly UnitUpdate _unit = application.Unit;
    private readonly int _known = application.Study.State.Procedures.Count;

    /// <summary>Facts that were stated and not held back: what may change a study field.</summary>
    private readonly Dictionary<string, string?> _accepted = new(StringComparer.Ordinal);

    private List<Procedure> _activeBefore = [];
    private bool _broughtNewActive;
    private bool _acceptedActive;
    private bool _acceptedCancel;
    private string? _signalLocation;

    public void Apply()
    {
        _activeBefore = Active();

        foreach (var update in _unit.Procedures)
        {
            ApplyOne(update);
        }

        var active = Active();
        DeriveLifecycle(active.Count == 0);
        DeriveFromProcedures(active);
    }

    /// <summary>A command or FHIR reinstates the study: every cancelled procedure goes on, and counts for the study's fields again.</summary>
    public void ReinstateAll()
    {
        _activeBefore = Active();

        foreach (var procedure in _state.Procedures.Where(procedure => procedure.IsCancelled))
        {
            procedure.Of(ProcedureFacts.State).Set(ProcedureFacts.Active, application.Speaker(FieldNames.IsCancelled).Write);
            application.ProceduresChanged = true;
        }

        DeriveFromProcedures(Active());
    }

    private void ApplyOne(ProcedureUpdate update)
    {
        var procedure = ProcedureMatcher.Find(_state, update, _known, _unit.Procedures.Count);
        var isNew = procedure is null;

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

        ApplySignal(procedure, update);
        ApplyResult(procedure, update);
        ApplyFact(procedure, update, ProcedureFacts.Description, StatementTraits.GuardedFromPacs);
        ApplySeverity(procedure, update);
        ApplyFact(procedure, update, ProcedureFacts.ProcedureCode, StatementTraits.None);
        ApplyFact(procedure, update, ProcedureFacts.Modality, StatementTraits.None);
        ApplyFact(procedure, update, ProcedureFacts.RequestedProcedureId, StatementTraits.None);
        NoticeFrozenClock(procedure);

        _broughtNewActive |= isNew && update.Signal == Signal.Active && !procedure.IsFinal;
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
            _acceptedActive |= isActive;
            _acceptedCancel |= !isActive;
            _signalLocation ??= update.SignalLocation;
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
            _accepted[ProcedureFacts.Result] = asserted.Location;
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
            held = IsLoweredByPlacer(state, severity.Value)
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

    /// <summary>An EHR does not lower a severity that the department has set. §3.5.</summary>
    private bool IsLoweredByPlacer(FieldState state, string? value) =>
        application.Source is { IsPlacer: true, PlacerSeverityCompetes: false }
        && FieldGate.Lowers(state.Value, value)
        && state.Last is { Source.Length: > 0 } last
        && rules.FindSource(last.Source) is { Kind: "hl7v2", IsPlacer: false };

    private Verdict ApplyFact(Procedure procedure, ProcedureUpdate update, string fact, StatementTraits traits)
    {
        if (!update.Facts.TryGetValue(fact, out var asserted))
        {
            return Verdict.Apply;
        }

        var verdict = Settle(procedure, fact, asserted.Value, asserted.Location, traits, procedure.Get(fact) == asserted.Value);

        if (verdict is Verdict.Apply or Verdict.Equal)
        {
            _accepted[fact] = asserted.Location;
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

    private void DeriveFromProcedures(List<Procedure> active)
    {
        var setChanged = active.Count > 0 && !_activeBefore.SequenceEqual(active);

        // While every procedure is cancelled, a fact that is stated is derived from all of them.
        var relevant = (active.Count > 0 ? active : _state.Procedures)
            .Select((procedure, place) => (procedure, place))
            .OrderBy(x => x.procedure.FirstStated.Transaction.Start)
            .ThenBy(x => x.place)
            .Select(x => x.procedure)
            .ToList();

        DeriveViewerStatus(relevant, setChanged);

        if (_accepted.ContainsKey(ProcedureFacts.Description) || setChanged)
        {
            DeriveDescription(relevant);
        }

        var severity = _accepted.ContainsKey(ProcedureFacts.Severity) || setChanged ? DeriveSeverity(relevant) : Verdict.Equal;

        foreach (var fact in ProcedureFacts.Codes)
        {
            if (_accepted.ContainsKey(fact) || setChanged)
            {
                DeriveCode(relevant, fact, severity);
            }
        }
    }

    private void DeriveLifecycle(bool allCancelled)
    {
        if (allCancelled && _acceptedCancel)
        {
            application.State(FieldNames.IsCancelled, "true", _signalLocation, StatementTraits.None, NewestOf(_state.Procedures, ProcedureFacts.State));
        }
        else if (_acceptedActive)
        {
            Lifecycle.Activate(application, _signalLocation, NewestOf(_state.Procedures, ProcedureFacts.State));
        }
    }

    private void DeriveViewerStatus(List<Procedure> relevant, bool setChanged)
    {
        var stated = _accepted.ContainsKey(ProcedureFacts.Result);
        var location = _accepted.GetValueOrDefault(ProcedureFacts.Result);

        if ((stated || setChanged) && relevant.Count > 0 && relevant.TrueForAll(procedure => procedure.IsFinal))
        {
            application.State(
                FieldNames.StudyViewerStatus, ViewerStatus.Complete, location, StatementTraits.None, NewestOf(relevant, ProcedureFacts.Result));

            if (stated && application.Study.IsCancelled)
            {
                application.Warn(Notice.Of(Codes.FinalForCancelled));
            }
        }
        else if (_broughtNewActive && application.Study.StudyViewerStatus == ViewerStatus.Complete)
        {
            application.State(
                FieldNames.StudyViewerStatus, ViewerStatus.Incomplete, null, StatementTraits.None, NewestOf(relevant, ProcedureFacts.Result));
        }
    }

    private void DeriveDescription(List<Procedure> relevant)
    {
        var descriptions = relevant.Select(procedure => procedure.Get(ProcedureFacts.Description)).Where(text => text is not null).Distinct();
        var joined = string.Join(" + ", descriptions);

        if (joined.Length > 0)
        {
            application.State(
                FieldNames.StudyDescription,
                MetadataLimits.FitDescription(joined, application.Result.Warnings),
                _accepted.GetValueOrDefault(ProcedureFacts.Description),
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

        var location = _accepted.GetValueOrDefault(ProcedureFacts.Severity);
        var clock = NewestOf(stated, ProcedureFacts.Severity);

        // Only what the message itself says about a severity has to ask the holder; a set that got smaller does not.
        if (_accepted.ContainsKey(ProcedureFacts.Severity))
        {
            traits |= StatementTraits.Severity | StatementTraits.Derived;
            var state = _state.Of(FieldNames.Severity);

            if (IsLoweredByPlacer(state, highest))
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
        var stated = relevant.FindAll(procedure => procedure.Facts.TryGetValue(fact, out var state) && (state.Value is not null || state.Last is not null));

        if (stated.Count == 0)
        {
            return;
        }

        var values = stated.Select(procedure => procedure.Get(fact)).Where(value => value is not null).Distinct().ToList();
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
            fact, value, _accepted.GetValueOrDefault(fact), UrgentCode(fact, value), NewestOf(stated, fact)));
    }

    private void HoldBackCode(string? value, Verdict verdict)
    {
        var field = FieldNames.OfMetadata(ProcedureFacts.PriorityCode);
        var state = _state.Fields.GetValueOrDefault(field);

        if (state?.Value != value)
        {
            application.HoldBack(field, value, _accepted.GetValueOrDefault(ProcedureFacts.PriorityCode), verdict, state?.Last);
        }
    }

    private StatementTraits UrgentCode(string fact, string? value) =>
        fact == ProcedureFacts.PriorityCode && value is not null && application.Study.State.Of(FieldNames.Severity).Last?.Key == _unit.UnitKey
            ? StatementTraits.Urgent
            : StatementTraits.None;

    private static string? MostUrgentCode(List<Procedure> procedures) => procedures
        .Where(procedure => procedure.Get(ProcedureFacts.PriorityCode) is not null)
        .MaxBy(procedure => Severities.Parse(procedure.Get(ProcedureFacts.Severity)))?
        .Get(ProcedureFacts.PriorityCode);

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

        return newest;
    }

    private List<Procedure> Active() => _state.Procedures.FindAll(procedure => !procedure.IsCancelled);
}
