using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>The message records of one batch: decides what a key that was used before means. docs/mapping.md §5.3, §5.4.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<string, List<Entry>> _byBaseKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _byKey = new(StringComparer.Ordinal);

    public void Add(IEnumerable<LedgerRecord> records)
    {
        foreach (var record in records)
        {
            if (!_byKey.ContainsKey(record.Key))
            {
                Index(new Entry(record));
            }
        }
    }

    /// <summary>The part was sent before, with the same content.</summary>
    public bool Knows(MappedPart part) =>
        _byBaseKey.GetValueOrDefault(part.BaseKey)?.Exists(entry => entry.Record.Fingerprint.AsSpan().SequenceEqual(part.Fingerprint)) == true;

    public LedgerDecision Decide(MappedPart part, bool isReplay)
    {
        var entries = _byBaseKey.GetValueOrDefault(part.BaseKey) ?? [];

        // What was refused for its key (generation 0) and then let in by an operator is known as the message it became.
        if (entries.FindAll(entry => entry.Record.Fingerprint.AsSpan().SequenceEqual(part.Fingerprint))
            .MaxBy(entry => entry.Record.Generation) is { } same)
        {
            return SeenBefore(part, same, isReplay);
        }

        var latest = Latest(part.BaseKey);

        if (latest is null)
        {
            return new LedgerDecision(LedgerVerdict.Process, part.BaseKey, 1);
        }

        // A rejected message that comes again with other content was corrected by its sender.
        if (latest.Record.Outcome == Outcomes.Rejected || part.ReuseIsNewGeneration)
        {
            return NewGeneration(part, latest, null);
        }

        if (AgeOf(part, latest) is { } age)
        {
            return NewGeneration(part, latest, Notice.Of(Codes.CounterRestarted, "age", age.ToString("c")));
        }

        return new LedgerDecision(LedgerVerdict.KeyReused, ConflictKey(part), 0);
    }

    /// <summary>Records a part that was processed, or that is refused because its key was used before.</summary>
    public void Record(LedgerDecision decision, MappedPart part, MappedMessage message, MessageResult result)
    {
        if (_byKey.TryGetValue(decision.Key, out var known))
        {
            known.Change(result);
            return;
        }

        Index(new Entry(new LedgerRecord
        {
            Key = decision.Key,
            BaseKey = part.BaseKey,
            Generation = decision.Generation,
            Fingerprint = part.Fingerprint,
            SourceId = message.SourceId,
            MessageType = message.MessageType,
            ReceivedAt = message.Inbound.ReceivedAt,
            LastMessageTime = part.MessageTime,
            Outcome = result.Outcome,
            Result = [],
        }, result));
    }

    /// <summary>A unit that waited has its outcome: the record of its message says so from now on.</summary>
    public void ReplaceUnit(string messageKey, UnitResult unit)
    {
        if (!_byKey.TryGetValue(messageKey, out var entry))
        {
            return; // The record is older than records are kept.
        }

        if (entry.Result.Units.Exists(unit.IsSameUnit))
        {
            entry.Change(entry.Result.With(unit));
        }
    }

    /// <summary>What was recorded under this key has taken effect as another message: a replay of it is a duplicate from now on.</summary>
    public void Settle(string key, string replacedBy)
    {
        if (key != replacedBy && _byKey.TryGetValue(key, out var entry))
        {
            entry.Change(entry.Result.With(replacedBy));
        }
    }

    public void Collect(BatchChanges changes)
    {
        foreach (var entry in _byKey.Values)
        {
            if (entry.IsNew)
            {
                changes.NewRecords.Add(entry.ToRecord());
            }
            else if (entry.IsChanged)
            {
                changes.ChangedRecords.Add(entry.ToRecord());
            }
        }
    }

    private LedgerDecision SeenBefore(MappedPart part, Entry same, bool isReplay)
    {
        var record = same.Record;

        if (isReplay && record.Generation == 0 && same.Result.ReplacedBy is null)
        {
            // The operator says that it is another message although the key was used before.
            return NewGeneration(part, Latest(part.BaseKey), null);
        }

        if (isReplay && IsUnsettled(same.Result))
        {
            return new LedgerDecision(LedgerVerdict.Replay, record.Key, record.Generation, same.Result);
        }

        same.Use(part.MessageTime);
        return new LedgerDecision(LedgerVerdict.Duplicate, record.Key, record.Generation, same.Result);
    }

    private static bool IsUnsettled(MessageResult result) =>
        result.ReplacedBy is null && (result.Outcome == Outcomes.Rejected || result.Units.Exists(IsUnsettled));

    /// <summary>Rejected or expired: a replay decides about it again.</summary>
    public static bool IsUnsettled(UnitResult unit) => unit.Outcome == Outcomes.Rejected || unit.Reason == "expired";

    private static LedgerDecision NewGeneration(MappedPart part, Entry? latest, Notice? warning)
    {
        var generation = (latest?.Record.Generation ?? 0) + 1;
        var key = generation == 1 ? part.BaseKey : $"{part.BaseKey}~{generation}";

        return new LedgerDecision(LedgerVerdict.Process, key, generation, Warning: warning);
    }

    /// <summary>How long ago the key was used, if that is long enough for a counter that started again; null otherwise.</summary>
    private static TimeSpan? AgeOf(MappedPart part, Entry latest)
    {
        var age = (part.MessageTime - latest.Record.LastMessageTime)?.Duration();
        return age >= part.ReuseAfter ? age : null;
    }

    private static string ConflictKey(MappedPart part) =>
        $"{part.BaseKey}!{Convert.ToHexStringLower(part.Fingerprint.AsSpan(0, 4))}";

    private Entry? Latest(string baseKey) =>
        _byBaseKey.GetValueOrDefault(baseKey)?.Where(entry => entry.Record.Generation > 0).MaxBy(entry => entry.Record.Generation);

    private void Index(Entry entry)
    {
        _byKey.Add(entry.Record.Key, entry);

        if (!_byBaseKey.TryGetValue(entry.Record.BaseKey, out var entries))
        {
            entries = [];
            _byBaseKey.Add(entry.Record.BaseKey, entries);
        }

        entries.Add(entry);
    }

    private sealed class Entry
    {
        private MessageResult? _result;

        /// <summary>A record that the store has.</summary>
        public Entry(LedgerRecord record) => Record = record;

        /// <summary>A record that the store does not have yet.</summary>
        public Entry(LedgerRecord record, MessageResult result)
        {
            (Record, _result) = (record, result);
            IsNew = true;
        }

        public LedgerRecord Record { get; private set; }

        public bool IsNew { get; }

        public bool IsChanged { get; private set; }

        /// <summary>Read from the record when it is asked for.</summary>
        public MessageResult Result => _result ??= ResultJson.Read(Record.Result);

        public void Change(MessageResult result)
        {
            _result = result;
            Record = Record with { Outcome = result.Outcome };
            IsChanged = true;
        }

        /// <summary>The key was sent again: a restarted counter is measured from here.</summary>
        public void Use(DateTimeOffset? messageTime)
        {
            if (messageTime > Record.LastMessageTime)
            {
                Record = Record with { LastMessageTime = messageTime };
                IsChanged = true;
            }
        }

        public LedgerRecord ToRecord() => _result is null
            ? Record
            : Record with { Outcome = _result.Outcome, Result = ResultJson.Write(_result) };
    }
}
