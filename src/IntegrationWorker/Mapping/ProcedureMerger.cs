using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping;

/// <summary>Groups with the same procedure key are one procedure: RAD-4 sends one group per scheduled step. docs/mapping.md §2.5.</summary>
internal static class ProcedureMerger
{
    public static List<ProcedureUpdate> Merge(IEnumerable<UnitUpdate> groups)
    {
        var merged = new List<ProcedureUpdate>();
        var byKey = new Dictionary<string, ProcedureUpdate>(StringComparer.Ordinal);

        foreach (var procedure in groups.SelectMany(group => group.Procedures))
        {
            if (byKey.TryGetValue(procedure.Key, out var known))
            {
                MergeInto(known, procedure);
                continue;
            }

            // A copy: the groups stay as they are, they may have to be combined once more.
            var copy = new ProcedureUpdate
            {
                Key = procedure.Key,
                Signal = procedure.Signal,
                SignalLocation = procedure.SignalLocation,
                Facts = new Dictionary<string, Asserted>(procedure.Facts, StringComparer.Ordinal),
            };
            byKey.Add(copy.Key, copy);
            merged.Add(copy);
        }

        return merged;
    }

    private static void MergeInto(ProcedureUpdate known, ProcedureUpdate next)
    {
        if (Rank(next.Signal) > Rank(known.Signal))
        {
            known.Signal = next.Signal;
            known.SignalLocation = next.SignalLocation;
        }

        var isMoreUrgent = IsMoreUrgent(known, next);

        foreach (var (fact, asserted) in next.Facts)
        {
            var counts = fact switch
            {
                ProcedureFacts.Severity or ProcedureFacts.PriorityCode => isMoreUrgent,
                ProcedureFacts.Result => IsLessDone(known, asserted),
                _ => false,
            };

            if (counts || !known.Facts.TryGetValue(fact, out var before) || before.Value is null)
            {
                known.Facts[fact] = asserted;
            }
        }
    }

    /// <summary>Cancelled only if all its groups cancel.</summary>
    private static int Rank(Signal signal) => signal switch
    {
        Signal.Active => 3,
        Signal.Hold => 2,
        Signal.None => 1,
        _ => 0,
    };

    private static bool IsMoreUrgent(ProcedureUpdate known, ProcedureUpdate next) =>
        next.Facts.TryGetValue(ProcedureFacts.Severity, out var severity)
        && (!known.Facts.TryGetValue(ProcedureFacts.Severity, out var before) || Severities.Parse(severity.Value) > Severities.Parse(before.Value));

    /// <summary>A report is final when all its parts are.</summary>
    private static bool IsLessDone(ProcedureUpdate known, Asserted next) =>
        known.Facts.TryGetValue(ProcedureFacts.Result, out var before) && Progress(next.Value) < Progress(before.Value);

    private static int Progress(string? result) => result switch
    {
        ProcedureFacts.Final => 2,
        ProcedureFacts.Preliminary => 1,
        _ => 0,
    };
}
