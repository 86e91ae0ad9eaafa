using IntegrationWorker.DeadLetters;
using IntegrationWorker.Matching;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Intake;

/// <summary>Takes down what a batch did: history and events of its units, outcomes of units that waited, dead letters.</summary>
/// <param name="plans">Where a platform keeps the studies: event and history are written when it has accepted. Null: this store is the record.</param>
internal sealed class BatchRecorder(Rulebook rules, Ledger ledger, StudyUpdatedWriter events, BatchChanges changes, PlanBook? plans = null) : IUnitRecorder
{
    public void Record(Study study, UnitUpdate unit, UnitResult result, DateTimeOffset now)
    {
        if (unit.Terms is not null && result.Error is not null)
        {
            return; // Who asked is told, and nothing is kept.
        }

        if (plans is not null)
        {
            Plan(plans, study, unit, result, now);
        }
        else if (result.Effective is not null)
        {
            var eventId = StudyIds.OfEvent(unit.UnitKey, study.StudyId);
            result.EventId = eventId;
            changes.Outbox.Add(new OutboxEntry(eventId, study.StudyId, study.Version, now, events.Write(eventId, study, unit, result, KindOf(unit), now)));
        }

        // What changed nothing is in the history too: whoever looks at a study finds every message about it.
        if (plans is null || result.Effective is null)
        {
            changes.History.Add(HistoryOf(study.StudyId, study.Version, unit, result, now));
        }
    }

    public static HistoryEntry HistoryOf(string studyId, long version, UnitUpdate unit, UnitResult result, DateTimeOffset now) => new(
        studyId, version, now, unit.MessageKey, unit.Number, unit.SourceId, unit.MessageType, result.Outcome, HistoryJson.Write(unit, result));

    public string? Replace(ParkedUnit parked, UnitResult result, DateTimeOffset now)
    {
        ledger.ReplaceUnit(parked.MessageKey, result);
        plans?.Complete(parked.MessageKey, parked.Unit.Number, parked.ReceivedAt, parked.Body, parked.Headers, parked.Door);

        if (result.Error is not { } error)
        {
            return null;
        }

        var id = NewId();
        changes.DeadLetters.Add(new DeadLetterEntry
        {
            Id = id,
            MessageKey = parked.MessageKey,
            Cause = CauseRule.Of(error).Cause,
            Keys = [.. KeysOf([parked.Unit])],
            Code = error.Code,
            Location = error.Location,
            SourceId = parked.Unit.SourceId,
            MessageType = parked.Unit.MessageType,
            ReceivedAt = parked.ReceivedAt,
            Units = [parked.Unit.Number],
            Body = parked.Body,
            Headers = parked.Headers,
            Door = parked.Door,
            Error = ResultJson.Write([result]),
        });

        return id;
    }

    /// <summary>What failed of a message goes to a person, all of it as one dead letter; its id is set in the result. Nothing where nothing failed.</summary>
    public void AddFailures(Delivery delivery, string sourceId, string messageType, string messageKey, MessageResult result)
    {
        var failed = result.Units.FindAll(unit => unit.Error is not null && !IsKept(unit));

        if (result.Error is null && failed.Count == 0)
        {
            return;
        }

        var error = result.Error ?? failed[0].Error!;
        result.DeadLetterId = NewId();

        changes.DeadLetters.Add(new DeadLetterEntry
        {
            Id = result.DeadLetterId,
            MessageKey = messageKey,
            Cause = CauseRule.Of(error).Cause,
            Keys = [.. KeysOf(result.Units.Select(unit => unit.Update))],
            Code = error.Code,
            Location = error.Location,
            SourceId = sourceId,
            MessageType = messageType,
            ReceivedAt = delivery.Inbound.ReceivedAt,
            Units = [.. failed.Select(unit => unit.Unit)],
            Body = delivery.Inbound.Body,
            Headers = delivery.Headers,
            Door = delivery.Door,
            Error = result.Error is not null ? ResultJson.Write(result.Error) : ResultJson.Write(failed),
        });
    }

    /// <summary>What was decided about came with this: the plans it made keep it.</summary>
    public void Complete(Delivery delivery, string messageKey) =>
        plans?.Complete(messageKey, null, delivery.Inbound.ReceivedAt, delivery.Inbound.Body, delivery.Headers, delivery.Door);

    private void Plan(PlanBook book, Study study, UnitUpdate unit, UnitResult result, DateTimeOffset now)
    {
        if (result.Effective is not null)
        {
            result.EventId = StudyIds.OfEvent(unit.UnitKey, study.StudyId);
        }

        book.Add(study, unit, result, KindOf(unit), now);
    }

    private string KindOf(UnitUpdate unit) => unit.Terms is not null ? "command" : rules.FindSource(unit.SourceId)?.Kind ?? "hl7v2";

    /// <summary>It waited for a later unit of its message, failed, and was taken down as a unit that waited.</summary>
    private bool IsKept(UnitResult unit) =>
        changes.DeadLetters.Exists(letter => letter.MessageKey == unit.MessageKey && letter.Units.Contains(unit.Unit));

    /// <summary>By what a person may look for it: a message without a study is found in no other way.</summary>
    public static IEnumerable<LinkKey> KeysOf(IEnumerable<UnitUpdate?> units) => units
        .OfType<UnitUpdate>()
        .SelectMany(unit => unit.LookupKeys().Concat(unit.PatientKeys.Select(key => new LinkKey(LinkKind.Patient, key.Value))))
        .Distinct();

    private static string NewId() => $"dl_{Guid.CreateVersion7():N}";
}
