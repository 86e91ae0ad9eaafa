using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>Applies a unit to a study: the heart of the worker. Pure: no clock, no I/O. docs/mapping.md §3, §6.</summary>
internal sealed class StudyApplier(Rulebook rules)
{
    /// <summary>Applies a unit that <see cref="RefusalOf"/> lets pass.</summary>
    /// <param name="study">Changed in place; <see cref="Study.Version"/> grows by one if a field changed.</param>
    /// <param name="linksChanged">The unit brought numbers that the study did not have.</param>
    /// <param name="now">The time of the write.</param>
    public UnitResult Apply(Study study, UnitUpdate unit, Source source, UnitResult result, bool linksChanged, DateTimeOffset now)
    {
        var application = Run(study, unit, source, result);
        var changes = application.Changes();

        if (changes.Count > 0)
        {
            Finish(study, result, changes, now);
            result.Outcome = Outcomes.Applied;
        }
        else
        {
            result.Outcome = result.Superseded.Count > 0 ? Outcomes.Superseded
                : linksChanged || application.ProceduresChanged ? Outcomes.Linked
                : Outcomes.Unchanged;
        }

        return result;
    }

    /// <summary>Makes the study that a unit creates. Whoever calls has seen that it may.</summary>
    public Study Create(string studyId, UnitUpdate unit, Source source, UnitResult result, DateTimeOffset now)
    {
        var study = new Study
        {
            StudyId = studyId,
            StudyInstanceUid = unit.Identity.StudyInstanceUid!,
            OrgId = unit.OrgIdAtCreation,
            ExpressCustomerId = unit.ExpressCustomerId,
            CreatedAt = now,
            UpdatedAt = now,
            CreatedBy = unit.SourceId,
            State = new StudyState(),
        };

        var application = Run(study, unit, source, result);

        // What the message left open starts at the harmless end, with no provenance: anybody may say better.
        study.State.Of(FieldNames.Severity).Value ??= Severity.Normal.ToText();
        study.State.Of(FieldNames.StudyViewerStatus).Value ??= ViewerStatus.Incomplete;
        study.Version = 1;

        var changes = application.Changes();
        AddDefault(changes, study, FieldNames.Severity);
        AddDefault(changes, study, FieldNames.StudyViewerStatus);
        changes.Sort((left, right) => FieldNames.CompareForEvent(left.Field, right.Field));

        result.Outcome = Outcomes.Created;
        result.Effective = new EffectiveUpdate(true, study.StudyInstanceUid, changes, null);
        return study;
    }

    private static void AddDefault(List<FieldChange> changes, Study study, string field)
    {
        if (!changes.Exists(change => change.Field == field))
        {
            changes.Add(new FieldChange(field, null, study.State.Get(field), null));
        }
    }

    private UnitApplication Run(Study study, UnitUpdate unit, Source source, UnitResult result)
    {
        result.StudyId = study.StudyId;
        var application = new UnitApplication(study, unit, source, result);

        if (unit.Procedures.Count > 0)
        {
            new ProcedureApplier(application, rules).Apply();
        }

        ApplyFields(application);
        ApplySignal(application);
        ApplyAssignment(application);
        DropStatusOfAPart(application);
        new MetadataApplier(application, rules).Apply();
        NoticeUnevenClock(application);

        return application;
    }

    /// <summary>Why the unit may not be applied at all; null when it may. Changes nothing.</summary>
    public static Notice? RefusalOf(Study study, UnitUpdate unit, Source source)
    {
        if (unit.ExpectedVersion is { } expected && expected != study.Version)
        {
            return Notice.Of(Codes.VersionMismatch, "actual", study.Version, "expected", expected);
        }

        if (unit.Terms is { } terms && RefusalOf(study, unit, source, terms) is { } unmet)
        {
            return unmet;
        }

        if (unit.Kind == UnitKind.Command && MetadataApplier.PairsBeyondLimit(study, unit) is { } count)
        {
            return Notice.Of(Codes.TooManyPairs, "count", count);
        }

        if (source.AuthorityFor(FieldNames.IsCancelled) == Authority.Operator)
        {
            return null;
        }

        return CancelOfFinal(study, unit);
    }

    /// <summary>Who waits for the study as the answer is not given one that is not what was asked for.</summary>
    private static Notice? RefusalOf(Study study, UnitUpdate unit, Source source, RequestTerms terms)
    {
        if (terms.MustBeNew)
        {
            return Notice.Of(Codes.StoreRefused, "detail", "there is a study with this UID", "location", "/studyInstanceUid");
        }

        if (terms.Versions?.Contains(study.Version) == false)
        {
            return Notice.Of(Codes.VersionMismatch, "actual", study.Version, "expected", string.Join(" or ", terms.Versions.DefaultIfEmpty()));
        }

        if (unit.Signal != Signal.Active)
        {
            return null;
        }

        return !study.IsCancelled ? Notice.Of(Codes.StoreRefused, "detail", "the study is not cancelled")
            : Lifecycle.MayNotReinstate(study, unit, source) ? Notice.Of(Codes.MayNotReinstate)
            : null;
    }

    /// <summary>A cancel that would take effect on a read examination goes to a person (LCY-002). §3.5, §6.5.</summary>
    private static Notice? CancelOfFinal(Study study, UnitUpdate unit)
    {
        var procedures = study.State.Procedures;
        var noResultKnown = !procedures.Exists(procedure => procedure.Get(ProcedureFacts.Result) is not null);

        if (unit.Signal == Signal.Cancel && !study.IsCancelled)
        {
            if (procedures.Exists(procedure => procedure.IsFinal) || (noResultKnown && study.StudyViewerStatus == ViewerStatus.Complete))
            {
                return Notice.Of(Codes.FinalReportExists);
            }
        }

        foreach (var update in unit.Procedures)
        {
            if (update.Signal != Signal.Cancel)
            {
                continue;
            }

            var known = ProcedureMatcher.Peek(study.State, update, procedures.Count, unit.Procedures.Count);
            var isFinal = known?.IsFinal == true || (noResultKnown && study.StudyViewerStatus == ViewerStatus.Complete && !study.IsCancelled);

            if (isFinal && known?.IsCancelled != true && !IsTooLate(known, unit))
            {
                return Notice.Of(Codes.FinalReportExists, "procedure", known?.Key ?? update.Key);
            }
        }

        return null;
    }

    /// <summary>The procedure was stated active after this cancel: it would change nothing, so nobody has to look.</summary>
    private static bool IsTooLate(Procedure? known, UnitUpdate unit) =>
        known is not null
        && known.Facts.TryGetValue(ProcedureFacts.State, out var state)
        && state.Last is { } last
        && unit.Clock.IsOlderThan(last.Clock);

    private static void ApplyFields(UnitApplication application)
    {
        foreach (var (field, asserted) in application.Unit.Fields)
        {
            if (field == FieldNames.OrgId)
            {
                Move(application, asserted);
                continue;
            }

            application.State(field, asserted.Value, asserted.Location, TraitsOf(field, asserted.Value, application.Study));
        }
    }

    /// <summary>The organization stands beside the state document, because the guard asks for it; its provenance stands in it. §0.4.</summary>
    private static void Move(UnitApplication application, Asserted asserted)
    {
        var study = application.Study;
        study.State.Of(FieldNames.OrgId).Value = study.OrgId;

        if (application.State(FieldNames.OrgId, asserted.Value, asserted.Location, StatementTraits.None) == Verdict.Apply)
        {
            study.OrgId = asserted.Value;
        }
    }

    private static StatementTraits TraitsOf(string field, string? value, Study study) => field switch
    {
        FieldNames.StudyDescription => StatementTraits.GuardedFromPacs,
        FieldNames.Severity => StatementTraits.GuardedFromPacs | StatementTraits.Severity
            | (FieldGate.Raises(study.Severity, value) ? StatementTraits.Urgent : StatementTraits.None),
        _ => StatementTraits.None,
    };

    /// <summary>A command or FHIR acts on the study: cancel leaves the states of the procedures, uncancel sets them active.</summary>
    private void ApplySignal(UnitApplication application)
    {
        var unit = application.Unit;

        if (unit.Signal == Signal.Cancel)
        {
            var verdict = application.State(FieldNames.IsCancelled, "true", unit.SignalLocation, StatementTraits.None);

            if (verdict is Verdict.Apply or Verdict.Equal && unit.EnteredInError)
            {
                application.Study.State.EnteredInError = true;
            }
        }
        else if (unit.Signal == Signal.Active && application.Study.IsCancelled && Lifecycle.Reinstate(application, unit.SignalLocation))
        {
            new ProcedureApplier(application, rules).ReinstateAll();
            application.Metadata.Add(new MetadataStatement("ris.statusReason", null, unit.SignalLocation, StatementTraits.None, null));
        }
    }

    private static void ApplyAssignment(UnitApplication application)
    {
        if (application.Unit.Assignment is not { } assignment)
        {
            return;
        }

        var current = application.Study.AssignedTo;

        if ((assignment.RemoveIf is { } leaving && current != leaving) || (assignment.OnlyIfEmpty && current is not null))
        {
            return;
        }

        application.State(FieldNames.AssignedTo, assignment.UserId, assignment.Location, StatementTraits.None);
    }

    /// <summary>While the study goes on with other procedures, the status of a cancelled one is not the study's. §3.1.</summary>
    private static void DropStatusOfAPart(UnitApplication application)
    {
        var unit = application.Unit;
        var onlyCancels = unit.Procedures.Count > 0 && unit.Procedures.TrueForAll(update => update.Signal == Signal.Cancel);

        if (!onlyCancels)
        {
            return;
        }

        var others = application.Study.State.Procedures.Exists(procedure =>
            !procedure.IsCancelled && !unit.Procedures.Exists(update => update.Key == procedure.Key));

        if (others)
        {
            application.Unsaid.Add("ris.orderStatus");
            application.Unsaid.Add("ris.statusReason");
        }
    }

    /// <summary>The source wrote last and yet is too late with something urgent: it fills ORC-9 in some messages only (CLK-103).</summary>
    private static void NoticeUnevenClock(UnitApplication application)
    {
        foreach (var held in application.Result.Held)
        {
            var last = application.Study.State.Fields.GetValueOrDefault(held.Field)?.Last;
            var isUrgent = held.Field == FieldNames.IsCancelled
                || (held.Field == FieldNames.Severity && FieldGate.Raises(application.Study.Severity, held.Value));

            if (held.Reason == "older" && isUrgent && last?.Source == application.Unit.SourceId
                && application.Unit.Clock.IsMessageTime != last.Clock.IsMessageTime
                && application.Unit.Clock.Message.CompareTo(last.Clock.Message) > 0)
            {
                application.Warn(Notice.Of(Codes.TransactionTimeNeverMoves));
            }
        }
    }

    private static void Finish(Study study, UnitResult result, List<FieldChange> changes, DateTimeOffset now)
    {
        var cancelled = changes.Find(change => change.Field == FieldNames.IsCancelled);
        var lifecycle = cancelled is null ? null : cancelled.Current == "true" ? "cancel" : "uncancel";

        if (lifecycle is not null)
        {
            study.CancelledAt = lifecycle == "cancel" ? now : null;
        }

        study.Version++;
        study.UpdatedAt = now;
        result.Effective = new EffectiveUpdate(false, null, changes, lifecycle);
    }
}
