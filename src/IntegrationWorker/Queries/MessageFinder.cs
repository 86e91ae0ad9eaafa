using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Queries;

/// <summary>Finds messages by what an operator knows of them. Every look-up is one by a key or an index.</summary>
internal sealed class MessageFinder(IStudyReader reader, IDeadLetterStore deadLetters, PatientHasher hasher, Rulebook rules)
{
    /// <summary>The message of a key with all it did, or null.</summary>
    public async Task<MessageTimeline?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (await reader.FindMessageAsync(key, cancellationToken) is not { } record)
        {
            return null;
        }

        var history = await reader.HistoryOfMessageAsync(key, cancellationToken);
        var letters = await deadLetters.ListAsync(new DeadLetterFilter(MessageKey: key), MessageQuery.LimitMax, null, cancellationToken);

        return new MessageTimeline(MessageView.Of(record), [.. history.Select(HistoryView.Of)], [.. letters.Select(letter => letter.Id)]);
    }

    /// <summary>Messages that fit one of the given numbers and all the rest, the oldest first. Of very many the latest.</summary>
    public async Task<MessagePage> FindAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        var (records, isAll) = await FindRecordsAsync(query, cancellationToken);

        return new MessagePage([.. records.Select(MessageView.Of)], isAll ? null : MessagePlaces.Write(records[0]));
    }

    /// <summary>The records behind <see cref="FindAsync(MessageQuery, CancellationToken)"/>.</summary>
    public async Task<IReadOnlyList<LedgerRecord>> RecordsAsync(MessageQuery query, CancellationToken cancellationToken) =>
        (await FindRecordsAsync(query, cancellationToken)).Records;

    private async Task<(IReadOnlyList<LedgerRecord> Records, bool IsAll)> FindRecordsAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        var filter = new MessageFilter(query.SourceId, query.Outcome, query.From, query.Until) { Code = query.Code, Before = MessagePlaces.Read(query.Before) };
        var found = new List<LedgerRecord>();

        // One more than is shown tells whether there are more.
        foreach (var way in query.HasNumber ? WaysOf(query, filter) : [filter])
        {
            found.AddRange(await reader.FindMessagesAsync(way, query.LimitOrUsual + 1, cancellationToken));
        }

        LedgerRecord[] latest =
        [
            .. found.DistinctBy(record => record.Key).OrderByDescending(record => record.ReceivedAt).ThenByDescending(record => record.Key, StringComparer.Ordinal),
        ];

        return ([.. latest.Take(query.LimitOrUsual).Reverse()], latest.Length <= query.LimitOrUsual);
    }

    private IEnumerable<MessageFilter> WaysOf(MessageQuery query, MessageFilter filter)
    {
        if (query.ControlId is { } controlId)
        {
            yield return filter with { BaseKeys = [.. KeysOf(controlId)] };
        }

        if (query.Numbers(hasher.Hash).ToArray() is { Length: > 0 } numbers)
        {
            yield return filter with { Numbers = numbers };
        }
    }

    // The key of an HL7 message is made of its sender and its control id, and the senders are known. docs/mapping.md §5.1.
    private IEnumerable<string> KeysOf(string controlId) => rules.Sources
        .Where(source => source.Kind == "hl7v2")
        .Select(source => string.Join('/', "hl7", MessageKeys.Escape(source.SendingApplication), MessageKeys.Escape(source.SendingFacility), MessageKeys.Escape(controlId)));
}
