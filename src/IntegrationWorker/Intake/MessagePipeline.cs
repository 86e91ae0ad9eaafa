using IntegrationWorker.Mapping.Commands;
using IntegrationWorker.Mapping.Fhir;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Hosting;
using IntegrationWorker.Mapping;
using IntegrationWorker.Matching;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi.Requests;
using IntegrationWorker.Target;

namespace IntegrationWorker.Intake;

/// <summary>Reads a batch, loads what it speaks of, decides in memory, and commits once.</summary>
/// <param name="hash">Keyed hash of patient identifiers and visit numbers.</param>
/// <param name="target">Where a platform keeps the studies; null: this store is the record.</param>
internal sealed class MessagePipeline(
    Rulebook rules, Func<string, string> hash, IStudyStore store, EventSettings events, IEventPublisher publisher, TimeProvider time,
    ITargetSignal? target = null)
    : IMessagePipeline
{
    /// <summary>Rounds of loading: the batch's own keys, then those of units that wait under them, and so on.</summary>
    private const int LoadRoundsMax = 16;

    public Task<IReadOnlyList<MessageResult>> ProcessAsync(IReadOnlyList<MappedMessage> batch, CancellationToken cancellationToken) =>
        ProcessAsync(batch, null, cancellationToken);

    /// <param name="also">Adds what is to be written in the same transaction, once the messages are decided about.</param>
    public async Task<IReadOnlyList<MessageResult>> ProcessAsync(
        IReadOnlyList<MappedMessage> batch, Action<IReadOnlyList<MessageResult>, BatchChanges>? also, CancellationToken cancellationToken)
    {
        var changes = new BatchChanges();

        await using var transaction = await store.BeginAsync(cancellationToken);
        var results = await DecideAsync(transaction, batch, changes, cancellationToken);

        also?.Invoke(results, changes);

        await transaction.SaveAsync(changes, cancellationToken);
        CrashPoint.Reach(CrashPoint.BeforeCommit);
        await transaction.CommitAsync(cancellationToken);
        CrashPoint.Reach(CrashPoint.AfterCommit);

        publisher.Offer(changes.Outbox);

        if (changes.Plans.Count > 0)
        {
            target?.Wake();
        }

        return results;
    }

    public async Task<MessageResult> PreviewAsync(InboundMessage message, CancellationToken cancellationToken) =>
        (await PreviewAsync([Read(message)], cancellationToken)).Results[0];

    /// <summary>What a batch of messages would do now, and what would be written. Writes nothing.</summary>
    public async Task<PreviewedBatch> PreviewAsync(IReadOnlyList<MappedMessage> batch, CancellationToken cancellationToken)
    {
        // Decided as any other message is, and then let go of: what the transaction claimed is rolled back.
        var changes = new BatchChanges();
        await using var transaction = await store.BeginAsync(cancellationToken);

        return new PreviewedBatch(await DecideAsync(transaction, batch, changes, cancellationToken), changes);
    }

    private async Task<IReadOnlyList<MessageResult>> DecideAsync(
        IStoreBatch transaction, IReadOnlyList<MappedMessage> messages, BatchChanges changes, CancellationToken cancellationToken)
    {
        var set = new StudySet(rules, changes);
        var ledger = new Ledger();
        var plans = target is null ? null : new PlanBook(changes);
        var claimed = BaseKeysOf(messages);
        claimed.UnionWith(messages.Select(message => message.Inbound.ReplacedKey).OfType<string>().Select(MessageKeys.BaseOfRecord));

        await ClaimAndLoadAsync(transaction, messages, set, ledger, plans, claimed, cancellationToken);

        var writer = new StudyUpdatedWriter(events.Source, events.SensitiveKeys);
        var recorder = new BatchRecorder(rules, ledger, writer, changes, plans);
        var decider = new MessageDecider(rules, ledger, new UnitDecider(rules, set, recorder), recorder, changes);
        decider.Add(await LoadPositionsAsync(transaction, messages, cancellationToken));

        var now = time.GetUtcNow();
        List<MessageResult> results = [.. messages.Select(message => decider.Decide(message, now))];
        SettleReplaced(messages, results, ledger);
        decider.Collect();

        return results;
    }

    public MappedMessage Read(InboundMessage inbound) => inbound.Door switch
    {
        Door.Hl7v2 => Hl7Reader.Read(inbound, rules, hash),
        Door.Fhir => FhirReader.Read(inbound, rules),
        Door.StudyApi => StudyRequestMapper.Read(inbound, inbound.Request!),
        _ => CommandReader.Read(inbound, rules),
    };

    /// <summary>A message that was edited and has taken effect so: what it was before cannot take effect any more.</summary>
    private static void SettleReplaced(IReadOnlyList<MappedMessage> messages, List<MessageResult> results, Ledger ledger)
    {
        foreach (var (message, result) in messages.Zip(results))
        {
            if (message.Inbound.ReplacedKey is { } key && !result.IsRejected)
            {
                ledger.Settle(key, result.MessageKey);
            }
        }
    }

    private static HashSet<string> BaseKeysOf(IReadOnlyList<MappedMessage> messages) =>
        messages.SelectMany(message => message.Parts).Select(part => part.BaseKey).Concat(RawKeysOf(messages)).ToHashSet(StringComparer.Ordinal);

    /// <summary>A notification of an unknown subscription is recorded under its raw key, and whether it is known is not known yet.</summary>
    private static IEnumerable<string> RawKeysOf(IReadOnlyList<MappedMessage> messages) =>
        messages.Where(message => message.Notification is not null).Select(message => MappedPart.RawKey(message.Inbound.Body.Span));

    /// <summary>Claims the batch's keys, and loads every study that it may touch and the units that wait for one of its numbers.</summary>
    /// <param name="claimed">Base keys to be claimed; those of units that wait are added.</param>
    private static async Task ClaimAndLoadAsync(
        IStoreBatch transaction, IReadOnlyList<MappedMessage> messages, StudySet set, Ledger ledger, PlanBook? plans, HashSet<string> claimed,
        CancellationToken cancellationToken)
    {
        var known = new HashSet<LinkKey>();
        var wanted = messages.SelectMany(message => message.Parts).SelectMany(part => part.Units).SelectMany(unit => unit.LookupKeys());

        var (recorded, loaded) = await transaction.ClaimAndLoadAsync(claimed, [.. wanted.Where(known.Add)], cancellationToken);
        ledger.Add(recorded);
        CrashPoint.Reach(CrashPoint.AfterClaim);

        for (var round = 1; ; round++)
        {
            plans?.Keep(loaded.Studies); // Before anything changes them.
            set.Add(loaded);

            // Their outcome changes when they are set free, so their records are needed as well.
            string[] records = [.. set.Parked.Select(parked => MessageKeys.BaseOf(parked.MessageKey)).Where(claimed.Add)];

            if (records.Length > 0)
            {
                ledger.Add(await transaction.ClaimAsync(records, cancellationToken));
            }

            LinkKey[] further = [.. set.Parked.SelectMany(parked => parked.Keys).Where(known.Add)];

            if (further.Length == 0 || round == LoadRoundsMax)
            {
                break;
            }

            loaded = await transaction.LoadAsync(further, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<SubscriptionPosition>> LoadPositionsAsync(
        IStoreBatch transaction, IReadOnlyList<MappedMessage> messages, CancellationToken cancellationToken)
    {
        (string, string)[] keys =
        [
            .. messages.Where(message => message.Notification is not null)
                .Select(message => (message.SourceId, message.Notification!.SubscriptionId))
                .Distinct(),
        ];

        return keys.Length == 0 ? [] : await transaction.LoadPositionsAsync(keys, cancellationToken);
    }
}

/// <summary>What a batch would do.</summary>
/// <param name="Results">In the order of the messages.</param>
/// <param name="Changes">What would be written.</param>
internal sealed record PreviewedBatch(IReadOnlyList<MessageResult> Results, BatchChanges Changes);
