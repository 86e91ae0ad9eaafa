using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Matching;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>Ends the waiting of units whose study never came. docs/mapping.md §2.6.</summary>
internal sealed class ParkedExpiry(Rulebook rules, IStudyStore store, IStoreMaintenance maintenance, EventSettings events, TimeProvider time)
{
    private const int UnitsPerBatch = 100;

    /// <summary>Decides about all units whose time is over.</summary>
    /// <returns>How many units there were.</returns>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var total = 0;

        while (await maintenance.FindExpiredParkedAsync(time.GetUtcNow(), UnitsPerBatch, cancellationToken) is { Count: > 0 } expired)
        {
            await ExpireAsync(expired, cancellationToken);
            total += expired.Count;
        }

        return total;
    }

    private async Task ExpireAsync(IReadOnlyList<ParkedUnit> expired, CancellationToken cancellationToken)
    {
        var changes = new BatchChanges();
        var work = new BatchWork(rules, changes, events, hasTarget: false);
        var now = time.GetUtcNow();

        await using var transaction = await store.BeginAsync(cancellationToken);
        work.Ledger.Add(await transaction.ClaimAsync(
            [.. expired.Select(unit => MessageKeys.BaseOf(unit.MessageKey)).Distinct()], cancellationToken));
        work.Set.Add(await transaction.LoadAsync([.. expired.SelectMany(unit => unit.Keys).Distinct()], cancellationToken));

        // Another worker may have applied a unit since it was found.
        var due = expired.Select(unit => unit.UnitKey).ToHashSet(StringComparer.Ordinal);

        foreach (var parked in work.Set.Parked.Where(unit => due.Contains(unit.UnitKey)).ToList())
        {
            work.Set.Unpark(parked);
            work.Recorder.Replace(parked, ResultOf(parked), now);
        }

        work.Ledger.Collect(changes);
        await transaction.CommitAsync(changes, cancellationToken);
    }

    /// <summary>An order that was to create a study goes to a person; what only speaks of a study that we never had is over.</summary>
    private static UnitResult ResultOf(ParkedUnit parked)
    {
        var unit = parked.Unit;
        var isOver = unit.Kind == UnitKind.Result || (unit.Kind == UnitKind.Order && !unit.MayCreate);

        return new UnitResult
        {
            Unit = unit.Number,
            MessageKey = unit.MessageKey,
            SourceTime = unit.SourceTime,
            Groups = unit.Groups,
            Update = unit,
            Outcome = isOver ? Outcomes.Ignored : Outcomes.Rejected,
            Reason = isOver ? "expired" : null,
            Error = isOver ? null : Notice.Of(Codes.NotFound, "days", (int)UnitDecider.ParkedFor.TotalDays),
        };
    }
}
