using IntegrationWorker.Matching;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Intake;

/// <summary>What deciding about one batch needs, over what the batch will write.</summary>
internal sealed class BatchWork
{
    private readonly Rulebook _rules;

    /// <param name="hasTarget">A platform keeps the studies.</param>
    public BatchWork(Rulebook rules, BatchChanges changes, EventSettings events, bool hasTarget)
    {
        (_rules, Changes) = (rules, changes);
        Set = new StudySet(rules, changes);
        Holds = new HoldBook(changes);
        Plans = hasTarget ? new PlanBook(changes) : null;
        Recorder = new BatchRecorder(rules, Ledger, new StudyUpdatedWriter(events.Source, events.SensitiveKeys), changes, Plans);
        Units = new UnitDecider(rules, Set, Holds, Recorder);
    }

    /// <summary>What the batch will write.</summary>
    public BatchChanges Changes { get; }

    /// <summary>Positions of the subscriptions that the batch brings notifications of.</summary>
    public IReadOnlyList<SubscriptionPosition> Positions { get; set; } = [];

    public Ledger Ledger { get; } = new();

    public StudySet Set { get; }

    public HoldBook Holds { get; }

    /// <summary>Null where this store is the record.</summary>
    public PlanBook? Plans { get; }

    public BatchRecorder Recorder { get; }

    public UnitDecider Units { get; }

    /// <summary>Applies what waited behind a hold, until one fails that holds the rest.</summary>
    /// <param name="waiting">The first ones, in order.</param>
    /// <param name="isAll">Nothing waits there beside them.</param>
    /// <returns>How many wait there no longer.</returns>
    public int Release(Hold hold, IReadOnlyList<HeldUnit> waiting, bool isAll, DateTimeOffset now)
    {
        var released = 0;
        Holds.Lift(hold);

        while (released < waiting.Count && Holds.Find(hold.SourceId, hold.StudyInstanceUid) is null)
        {
            var held = waiting[released++];
            Units.Release(held, _rules.FindSource(held.Unit.Unit.SourceId), DeliveryOf(held.Unit, now), []);
        }

        if (isAll && released == waiting.Count && Holds.Find(hold.SourceId, hold.StudyInstanceUid) is null)
        {
            Holds.End(hold);
        }

        Ledger.Collect(Changes);
        return released;
    }

    private static Delivery DeliveryOf(ParkedUnit unit, DateTimeOffset now) =>
        new(KeptMessage.Of(unit.Door, unit.Body, unit.Headers, unit.ReceivedAt), now) { HasWaited = true };
}
