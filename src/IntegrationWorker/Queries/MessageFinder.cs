using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Queries;

/// <summary>Finds messages by what an operator knows of them. Every look-up is one by a key or an index.</summary>
internal sealed class MessageFinder(IStudyReader reader, IDeadLetterStore deadLetters, PatientHasher hasher, Rulebook rules)
{
    // A study has tens of messages; a number that leads to more is answered in part.
    private const int MessagesMax = 500;

    /// <summary>The message of a key with all it did, or null.</summary>
    public async Task<MessageTimeline?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (await reader.FindMessageAsync(key, cancellationToken) is not { } record)
        {
            return null;
        }

        var history = await reader.HistoryOfMessageAsync(key, cancellationToken);
        var letters = await deadLetters.ListAsync(new DeadLetterFilter(MessageKey: key), MessagesMax, null, cancellationToken);

        return new MessageTimeline(MessageView.Of(record), [.. history.Select(HistoryView.Of)], [.. letters.Select(letter => letter.Id)]);
    }

    /// <summary>Messages that fit one of the given numbers and all the rest, the oldest first. Of very many the latest.</summary>
    public async Task<IReadOnlyList<MessageView>> FindAsync(MessageQuery query, CancellationToken cancellationToken) =>
        [.. (await RecordsAsync(query, cancellationToken)).Select(MessageView.Of)];

    /// <summary>The records behind <see cref="FindAsync(MessageQuery, CancellationToken)"/>.</summary>
    public async Task<IReadOnlyList<LedgerRecord>> RecordsAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        var found = query.HasNumber ? await ByNumberAsync(query, cancellationToken)
            : query.Code is not null ? await ByCodeAsync(query, cancellationToken)
            : await reader.FindMessagesAsync(new MessageFilter(query.SourceId, query.Outcome, query.From, query.Until), MessagesMax, cancellationToken);
        var fitting = found.DistinctBy(record => record.Key).Where(query.Fits);

        if (query.HasNumber && query.Code is { } code)
        {
            var failed = await deadLetters.ListAsync(
                new DeadLetterFilter(Code: code) { MessageKeys = [.. found.Select(record => record.Key)] }, MessagesMax, null, cancellationToken);
            var keys = failed.Select(letter => letter.MessageKey).ToHashSet(StringComparer.Ordinal);
            fitting = fitting.Where(record => keys.Contains(record.Key));
        }

        return [.. fitting.OrderBy(record => record.ReceivedAt).ThenBy(record => record.Key, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<LedgerRecord>> ByNumberAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        var byKey = query.ControlId is { } controlId ? await reader.FindMessagesAsync([.. KeysOf(controlId)], cancellationToken) : [];
        var byNumber = await reader.FindMessagesAsync([.. query.Numbers(hasher.Hash)], MessagesMax, cancellationToken);

        return [.. byKey, .. byNumber];
    }

    private async Task<IReadOnlyList<LedgerRecord>> ByCodeAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        var failed = await deadLetters.ListAsync(
            new DeadLetterFilter(Code: query.Code, SourceId: query.SourceId) { From = query.From, Until = query.Until }, MessagesMax, null, cancellationToken);

        return await reader.FindRecordsAsync([.. failed.Select(letter => letter.MessageKey).Distinct()], cancellationToken);
    }

    // The key of an HL7 message is made of its sender and its control id, and the senders are known. docs/mapping.md §5.1.
    private IEnumerable<string> KeysOf(string controlId) => rules.Sources
        .Where(source => source.Kind == "hl7v2")
        .Select(source => string.Join('/', "hl7", MessageKeys.Escape(source.SendingApplication), MessageKeys.Escape(source.SendingFacility), MessageKeys.Escape(controlId)));
}
