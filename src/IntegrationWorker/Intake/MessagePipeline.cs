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

    public int BatchesAheadMax => store.BatchesAheadMax;

    public async Task<IOpenBatch> OpenAsync(IReadOnlyList<MappedMessage> batch, CancellationToken cancellationToken) =>
        await OpenBatchAsync(batch, cancellationToken);

    /// <summary>As <see cref="OpenAsync"/>, with what is going to be written: more can be added to it before the commit.</summary>
    public async Task<OpenBatch> OpenBatchAsync(IReadOnlyList<MappedMessage> messages, CancellationToken cancellationToken)
    {
        var transaction = await store.BeginAsync(cancellationToken);

        try
        {
            var work = new BatchWork(rules, new BatchChanges(), events, target is not null);
            var claimed = BaseKeysOf(messages);
            claimed.UnionWith(messages.Select(message => message.Inbound.ReplacedKey).OfType<string>().Select(MessageKeys.BaseOfRecord));
            var wanted = messages.SelectMany(message => message.Parts).SelectMany(part => part.Units).SelectMany(unit => unit.LookupKeys());

            await ClaimAndLoadAsync(transaction, wanted, work, claimed, cancellationToken);
            await LoadHoldsAsync(transaction, messages, work, cancellationToken);
            work.Positions = await LoadPositionsAsync(transaction, messages, cancellationToken);

            return new OpenBatch(Decide(messages, work), work.Changes, transaction, OnCommitted);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    public async Task<MessageResult> PreviewAsync(InboundMessage message, CancellationToken cancellationToken) =>
        (await PreviewAsync([Read(message)], cancellationToken)).Results[0];

    /// <summary>What a batch of messages would do now, and what would be written. Writes nothing.</summary>
    public async Task<PreviewedBatch> PreviewAsync(IReadOnlyList<MappedMessage> batch, CancellationToken cancellationToken)
    {
        // Decided as any other message is, and then let go of: what the transaction claimed is rolled back.
        await using var open = await OpenBatchAsync(batch, cancellationToken);

        return new PreviewedBatch(open.Results, open.Changes);
    }

    /// <summary>Applies what waits behind a hold that is over, in order, as far as it goes: one that fails holds the rest.</summary>
    /// <param name="found">The first ones, as they were found; those that wait by now are taken.</param>
    /// <returns>How many waited no longer; 0 when somebody else was first.</returns>
    /// <exception cref="StoreConflictException">Another transaction was first. Nothing was written.</exception>
    public async Task<int> ReleaseAsync(Hold over, IReadOnlyList<HeldUnit> found, CancellationToken cancellationToken)
    {
        var changes = new BatchChanges();
        await using var transaction = await store.BeginAsync(cancellationToken);
        var work = new BatchWork(rules, changes, events, target is not null);
        await ClaimAndLoadAsync(
            transaction,
            [.. found.SelectMany(held => held.Unit.Unit.LookupKeys()), new LinkKey(LinkKind.StudyInstanceUid, over.StudyInstanceUid)],
            work,
            [.. found.Select(held => MessageKeys.BaseOf(held.Unit.MessageKey))],
            cancellationToken);

        // Under the lock of the study: whoever wants to wait there waits for us.
        if (await transaction.LoadHoldsAsync([over.Id], cancellationToken) is not [{ DeadLetterId: null } hold])
        {
            return 0;
        }

        // What came meanwhile was not claimed: it is for the next time.
        var waiting = await transaction.LoadHeldAsync(hold.Id, found.Count + 1, cancellationToken);
        var claimed = found.Select(held => held.Unit.UnitKey).ToHashSet(StringComparer.Ordinal);
        HeldUnit[] due = [.. waiting.TakeWhile(held => claimed.Contains(held.Unit.UnitKey))];
        var released = work.Release(hold, due, isAll: due.Length == waiting.Count, time.GetUtcNow());
        await new OpenBatch([], changes, transaction, OnCommitted).CommitAsync(cancellationToken);

        return released;
    }

    private List<MessageResult> Decide(IReadOnlyList<MappedMessage> messages, BatchWork work)
    {
        var decider = new MessageDecider(rules, work.Ledger, work.Units, work.Recorder, work.Changes);
        decider.Add(work.Positions);

        var now = time.GetUtcNow();
        List<MessageResult> results = [.. messages.Select(message => decider.Decide(message, now))];
        SettleReplaced(messages, results, work.Ledger);
        decider.Collect();

        return results;
    }

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

    public MappedMessage Read(InboundMessage inbound) => inbound.Door switch
    {
        Door.Hl7v2 => Hl7Reader.Read(inbound, rules, hash),
        Door.Fhir => FhirReader.Read(inbound, rules),
        Door.StudyApi => StudyRequestMapper.Read(inbound, inbound.Request!),
        _ => CommandReader.Read(inbound, rules),
    };

    private static HashSet<string> BaseKeysOf(IReadOnlyList<MappedMessage> messages) =>
        messages.SelectMany(message => message.Parts).Select(part => part.BaseKey).Concat(RawKeysOf(messages)).ToHashSet(StringComparer.Ordinal);

    /// <summary>A notification of an unknown subscription is recorded under its raw key, and whether it is known is not known yet.</summary>
    private static IEnumerable<string> RawKeysOf(IReadOnlyList<MappedMessage> messages) =>
        messages.Where(message => message.Notification is not null).Select(message => MappedPart.RawKey(message.Inbound.Body.Span));

    private void OnCommitted(BatchChanges changes)
    {
        publisher.Offer(changes.Outbox);

        if (changes.Plans.Count > 0)
        {
            target?.Wake();
        }
    }

    /// <summary>Claims the batch's keys, and loads every study that it may touch and the units that wait for one of its numbers.</summary>
    /// <param name="claimed">Base keys to be claimed; those of units that wait are added.</param>
    private static async Task ClaimAndLoadAsync(
        IStoreBatch transaction, IEnumerable<LinkKey> wanted, BatchWork work, HashSet<string> claimed, CancellationToken cancellationToken)
    {
        var known = new HashSet<LinkKey>();
        var (recorded, loaded) = await transaction.ClaimAndLoadAsync(claimed, [.. wanted.Where(known.Add)], cancellationToken);
        work.Ledger.Add(recorded);
        CrashPoint.Reach(CrashPoint.AfterClaim);

        for (var round = 1; ; round++)
        {
            work.Plans?.Keep(loaded.Studies); // Before anything changes them.
            work.Set.Add(loaded);

            // Their outcome changes when they are set free, so their records are needed as well.
            string[] records = [.. work.Set.Parked.Select(parked => MessageKeys.BaseOf(parked.MessageKey)).Where(claimed.Add)];

            if (records.Length > 0)
            {
                work.Ledger.Add(await transaction.ClaimAsync(records, cancellationToken));
            }

            LinkKey[] further = [.. work.Set.Parked.SelectMany(parked => parked.Keys).Where(known.Add)];

            if (further.Length == 0 || round == LoadRoundsMax)
            {
                break;
            }

            loaded = await transaction.LoadAsync(further, cancellationToken);
        }
    }

    /// <summary>What sources whose messages wait behind rejected ones have to wait for: of every study of the batch. Others pay nothing for it.</summary>
    private async Task LoadHoldsAsync(
        IStoreBatch transaction, IReadOnlyList<MappedMessage> messages, BatchWork work, CancellationToken cancellationToken)
    {
        if (!rules.HasHolds)
        {
            return;
        }

        // A study may be made by one message of the batch and spoken of by another.
        string[] sources = [.. messages.Select(message => message.SourceId).Distinct().Where(id => rules.FindSource(id) is { HoldsOnRejection: true })];
        var uids = messages.SelectMany(message => message.Parts).SelectMany(part => part.Units).SelectMany(unit => unit.Identities())
            .Select(identity => identity.StudyInstanceUid).OfType<string>()
            .Concat(work.Set.Studies.Select(study => study.StudyInstanceUid))
            .ToHashSet(StringComparer.Ordinal);
        string[] ids = [.. sources.SelectMany(source => uids.Select(uid => Hold.IdOf(source, uid)))];

        if (ids.Length > 0)
        {
            work.Holds.Add(await transaction.LoadHoldsAsync(ids, cancellationToken));
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
