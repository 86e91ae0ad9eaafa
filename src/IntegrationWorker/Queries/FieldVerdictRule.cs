using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Queries;

/// <summary>The result of a unit → a verdict for each field it speaks of. Pure.</summary>
internal static class FieldVerdictRule
{
    /// <summary>In the order of an event.</summary>
    /// <param name="study">As it would be afterwards; null when the unit found none.</param>
    public static IReadOnlyList<FieldVerdict> Of(UnitResult unit, Study? study)
    {
        var verdicts = new Dictionary<string, FieldVerdict>(StringComparer.Ordinal);
        var name = $"{unit.MessageKey}#{unit.Unit}";

        foreach (var change in unit.Effective?.Changes ?? [])
        {
            Add(change.Field, FieldVerdict.Changed, change.Previous, change.Current, change.Location);
        }

        foreach (var held in unit.Held)
        {
            Add(held.Field, WordOf(held, unit), study?.State.Get(held.Field), held.Value, held.Location, held.HolderKey);
        }

        foreach (var warning in unit.Warnings)
        {
            foreach (var (field, verdict) in FieldsOf(warning))
            {
                Add(field, verdict, study?.State.Get(field), null, warning.Location, code: warning.Code);
            }
        }

        if (study is not null && unit.Update is { } update && unit.Outcome is not (Outcomes.Rejected or Outcomes.Duplicate))
        {
            foreach (var (field, location) in Said(update))
            {
                Add(field, FieldVerdict.Equal, study.State.Get(field), study.State.Get(field), location);
            }
        }

        return [.. verdicts.Values.Order(Comparer<FieldVerdict>.Create((left, right) => FieldNames.CompareForEvent(left.Field, right.Field)))];

        // The first one tells most.
        void Add(string field, string verdict, string? previous, string? now, string? location, string? holder = null, string? code = null) =>
            verdicts.TryAdd(field, new FieldVerdict(name, unit.StudyId, field, verdict, previous, now, location, holder, code));
    }

    private static string WordOf(HeldBack held, UnitResult unit) => held.Reason switch
    {
        "older" => FieldVerdict.Older,
        "echo" => FieldVerdict.Echo,
        _ when held.Field == FieldNames.Severity && unit.Warnings.Exists(warning => warning.Code == Codes.SeverityNotLowered) => FieldVerdict.Guard,
        _ => FieldVerdict.Authority,
    };

    private static IEnumerable<(string Field, string Verdict)> FieldsOf(Notice warning) => warning.Code switch
    {
        Codes.MetadataFull => warning.Details?.GetValueOrDefault("dropped") is IEnumerable<string> dropped
            ? dropped.Select(key => (FieldNames.OfMetadata(key), FieldVerdict.Limit))
            : [],
        Codes.IdentifierTooLong => [(FieldOf(warning), FieldVerdict.Limit)],
        Codes.RequiredFieldNull or Codes.IdentityKeyNull => [(FieldOf(warning), FieldVerdict.Guard)],
        Codes.FinalKept => [(FieldNames.StudyViewerStatus, FieldVerdict.Guard)],
        Codes.MayNotReinstate => [(FieldNames.IsCancelled, FieldVerdict.Guard)],
        Codes.UnknownPriority => [(FieldNames.Severity, FieldVerdict.Guard)],
        Codes.UserUnknown or Codes.UserInactive or Codes.UserAmbiguous => [(FieldNames.AssignedTo, FieldVerdict.Guard)],
        _ => [],
    };

    private static string FieldOf(Notice warning)
    {
        var name = warning.Details?.GetValueOrDefault("field")?.ToString() ?? "";

        return name.Contains('.', StringComparison.Ordinal) ? FieldNames.OfMetadata(name) : name;
    }

    private static IEnumerable<(string Field, string? Location)> Said(UnitUpdate update)
    {
        foreach (var (field, asserted) in update.Fields)
        {
            yield return (field, asserted.Location);
        }

        foreach (var (key, asserted) in update.Metadata)
        {
            yield return (FieldNames.OfMetadata(key), asserted.Location);
        }

        foreach (var procedure in update.Procedures)
        {
            foreach (var (fact, asserted) in procedure.Facts)
            {
                if (FieldOfFact(fact, asserted) is { } field)
                {
                    yield return (field, asserted.Location);
                }
            }

            if (procedure.Signal is Signal.Active or Signal.Cancel)
            {
                yield return (FieldNames.IsCancelled, procedure.SignalLocation);
            }
        }

        if (update.Signal is Signal.Active or Signal.Cancel)
        {
            yield return (FieldNames.IsCancelled, update.SignalLocation);
        }

        if (update.Assignment is { } assignment)
        {
            yield return (FieldNames.AssignedTo, assignment.Location);
        }
    }

    private static string? FieldOfFact(string fact, Asserted asserted) => fact switch
    {
        ProcedureFacts.Description => FieldNames.StudyDescription,
        ProcedureFacts.Severity => FieldNames.Severity,
        ProcedureFacts.Result => asserted.Value == ProcedureFacts.Final ? FieldNames.StudyViewerStatus : null,
        _ => fact.Contains('.', StringComparison.Ordinal) ? FieldNames.OfMetadata(fact) : null,
    };
}
