using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Matching;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Subscriptions;

namespace IntegrationWorker.Intake;

/// <summary>Decides about the messages of one batch, one after the other, in memory. Pure but for the ids of dead letters.</summary>
internal sealed class MessageDecider(Rulebook rules, Ledger ledger, UnitDecider units, BatchRecorder recorder, BatchChanges changes)
{
    private readonly Dictionary<(string, string), SubscriptionPosition> _positions = [];

    public void Add(IEnumerable<SubscriptionPosition> positions)
    {
        foreach (var position in positions)
        {
            _positions[(position.SourceId, position.SubscriptionId)] = position;
        }
    }

    public MessageResult Decide(MappedMessage message, DateTimeOffset now)
    {
        var delivery = new Delivery(message.Inbound, now);
        var source = message.Inbound.Request?.Source ?? rules.FindSource(message.SourceId);

        if (message.Notification is not { } notification || source is null)
        {
            changes.Fetches.AddRange(FetchRule.Of(message, source, now));
            return DecideParts(message, source, delivery);
        }

        var rule = PositionRule.Follow(
            _positions.GetValueOrDefault((source.SourceId, notification.SubscriptionId)),
            notification,
            source,
            message.Inbound.ReceivedAt,
            isRepeated: notification.EventNumbers.Count > 0 && message.Parts.All(ledger.Knows));

        if (rule.Rejection is { } unknown)
        {
            // Under a key of its own: the resources in it may come through a subscription that is known.
            return DecidePart(message, MappedPart.RejectedRaw(message.Inbound.Body.Span, unknown), source, delivery);
        }

        _positions[(source.SourceId, notification.SubscriptionId)] = rule.Position!;
        changes.Fetches.AddRange(FetchRule.Of(notification, rule, source, now));
        var result = DecideParts(message, source, delivery);
        result.Subscription = rule.Note;
        result.Warnings.AddRange(rule.Warnings);
        return result;
    }

    /// <summary>Hands over what the batch has to write.</summary>
    public void Collect()
    {
        ledger.Collect(changes);
        changes.Positions.AddRange(_positions.Values);
    }

    private MessageResult DecideParts(MappedMessage message, Source? source, Delivery delivery) =>
        Join(message, [.. message.Parts.Select(part => DecidePart(message, part, source, delivery))]);

    private MessageResult DecidePart(MappedMessage message, MappedPart part, Source? source, Delivery delivery)
    {
        var decision = ledger.Decide(part, message.Inbound.ReplayId is not null);

        switch (decision.Verdict)
        {
            case LedgerVerdict.Duplicate:
                return DuplicateOf(message, part, decision);
            case LedgerVerdict.KeyReused:
                var refused = NewResult(message, part.BaseKey, Outcomes.Rejected);
                refused.Error = Notice.Of(Codes.KeyReused);
                KeepUnlessTold(message, part, decision, refused, source, delivery, isReplay: false);
                return refused;
            default:
                var result = Process(message, part, decision, source, delivery);
                KeepUnlessTold(message, part, decision, result, source, delivery, decision.Verdict == LedgerVerdict.Replay);
                return result;
        }
    }

    private void KeepUnlessTold(
        MappedMessage message, MappedPart part, LedgerDecision decision, MessageResult result, Source? source, Delivery delivery, bool isReplay)
    {
        if (message.Inbound.Request is not { } request)
        {
            Keep(message, part, decision, result, source, delivery, isReplay);
        }
        else if (!result.IsRejected)
        {
            result.Study = result.Units is [{ Study: { } study }, ..] ? StudySnapshot.Of(study) : null;
            result.Answer = request.IsRepeatable ? result.Study : null;
            Keep(message, part, decision, result, source, delivery, isReplay);
        }
    }

    private void Keep(
        MappedMessage message, MappedPart part, LedgerDecision decision, MessageResult result, Source? source, Delivery delivery, bool isReplay)
    {
        recorder.Complete(delivery, decision.Key);

        // A replay that fails again belongs to the dead letter that was replayed.
        if (!isReplay && message.Inbound.CaseId is null)
        {
            recorder.AddFailures(delivery, message.SourceId, message.MessageType, decision.Key, result);
            HoldBehind(part, result, source, delivery);
        }

        ledger.Record(decision, part, message, result);
    }

    private void HoldBehind(MappedPart part, MessageResult result, Source? source, Delivery delivery)
    {
        if (source is not { HoldsOnRejection: true } || result.DeadLetterId is not { } deadLetterId)
        {
            return;
        }

        // A message that was refused whole, for its key, has no results of units.
        if (result.Units.Count == 0)
        {
            foreach (var unit in part.Units.Where(unit => unit.IgnoredReason is null))
            {
                units.HoldBehind(null, unit, source, delivery, deadLetterId);
            }
        }

        foreach (var failed in result.Units.Where(unit => unit.Error is not null && unit.Update is not null))
        {
            units.HoldBehind(failed, failed.Update!, source, delivery, deadLetterId);
        }
    }

    private MessageResult Process(MappedMessage message, MappedPart part, LedgerDecision decision, Source? source, Delivery delivery)
    {
        var result = NewResult(message, decision.Key, Outcomes.Ignored);

        if (decision.Warning is not null)
        {
            result.Warnings.Add(decision.Warning);
        }

        if (part.Rejection is not null || source is null)
        {
            result.Outcome = Outcomes.Rejected;
            result.Error = part.Rejection ?? Notice.Of(Codes.UnknownSource, "id", message.SourceId);
        }
        else if (part.IgnoredReason is not null)
        {
            result.Reason = part.IgnoredReason;
        }
        else
        {
            DecideUnits(message, part, decision, source, delivery, result);
        }

        return result;
    }

    private void DecideUnits(
        MappedMessage message, MappedPart part, LedgerDecision decision, Source source, Delivery delivery, MessageResult result)
    {
        foreach (var unit in part.Units)
        {
            unit.MessageKey = decision.Key;
            unit.CorrelationId = message.Inbound.CorrelationId ?? unit.CorrelationId;
            unit.CausationId = message.Inbound.DeliveryId ?? unit.CausationId;
        }

        // Only what is open is joined: a unit that has its outcome must not take another one with it.
        var settled = decision.Recorded?.Units.FindAll(known => !Ledger.IsUnsettled(known)) ?? [];
        var open = part.Units.FindAll(unit => !settled.Exists(known => Covers(known, unit)));

        result.Units.AddRange(units.Join(open, source, UnitAssembler.Combine).Select(unit => units.Decide(unit, source, delivery, result.Reapplied)));
        result.Units.AddRange(settled);
        result.Units.Sort((left, right) => left.Unit.CompareTo(right.Unit));
        SettleOwn(result);
        result.Outcome = Outcomes.WorstOf(result.Units.Select(unit => unit.Outcome));

        if (result.Outcome == Outcomes.Ignored && result.Units is [var first, ..])
        {
            result.Reason = first.Reason;
        }
        else if (result.Outcome == Outcomes.Parked && result.Units.Exists(unit => unit.Reason == UnitDecider.Held))
        {
            result.Reason = UnitDecider.Held;
        }

        if (message.Inbound.Door is Door.Command or Door.StudyApi)
        {
            result.Error = result.Units.Find(unit => unit.Error is not null)?.Error; // A command is one unit.
        }
    }

    private static bool Covers(UnitResult settled, UnitUpdate unit) =>
        settled.Unit == unit.Number || settled.Groups.Contains(unit.Number);

    /// <summary>A unit may have waited for a later one of its own message: then it has its outcome before there is a record of it.</summary>
    private static void SettleOwn(MessageResult result)
    {
        foreach (var settled in result.Reapplied.FindAll(unit => result.Units.Exists(unit.IsSameUnit)))
        {
            result.Units[result.Units.FindIndex(settled.IsSameUnit)] = settled;
            result.Reapplied.Remove(settled);
        }
    }

    private static MessageResult DuplicateOf(MappedMessage message, MappedPart part, LedgerDecision decision)
    {
        var recorded = decision.Recorded!;
        var result = NewResult(message, decision.Key, Outcomes.Duplicate);
        result.RecordedOutcome = recorded.Outcome;
        result.Reason = recorded.Reason;
        result.Error = recorded.Error;
        result.Study = recorded.Answer;

        foreach (var unit in recorded.Units)
        {
            var sent = part.Units.Find(candidate => candidate.Number == unit.Unit);

            result.Units.Add(new UnitResult
            {
                Unit = unit.Unit,
                MessageKey = unit.MessageKey,
                Outcome = Outcomes.Duplicate,
                RecordedOutcome = unit.Outcome,
                Reason = unit.Reason,
                Error = unit.Error,
                StudyId = unit.StudyId,
                EventNumber = sent?.EventNumber,
                Update = sent,
            });
        }

        return result;
    }

    /// <summary>One result for the delivery; each part has a record of its own.</summary>
    private static MessageResult Join(MappedMessage message, List<MessageResult> parts)
    {
        if (parts.Count == 1)
        {
            parts[0].Warnings.InsertRange(0, message.Warnings);
            return parts[0];
        }

        var result = NewResult(message, parts[0].MessageKey, Outcomes.WorstOf(parts.Select(part => part.Outcome)));
        result.Warnings.AddRange([.. message.Warnings, .. parts.SelectMany(part => part.Warnings)]);
        result.Units.AddRange(parts.SelectMany(part => part.Units));
        result.Reapplied.AddRange(parts.SelectMany(part => part.Reapplied));
        result.Error = parts.Find(part => part.Error is not null)?.Error;
        result.Reason = parts.Find(part => part.Reason is not null)?.Reason;
        result.RecordedOutcome = parts.Find(part => part.RecordedOutcome is not null)?.RecordedOutcome;
        result.DeadLetterId = parts.Find(part => part.DeadLetterId is not null)?.DeadLetterId;
        return result;
    }

    private static MessageResult NewResult(MappedMessage message, string key, string outcome) => new()
    {
        MessageKey = key,
        MessageType = message.MessageType,
        SourceId = message.SourceId,
        Outcome = outcome,
    };
}
