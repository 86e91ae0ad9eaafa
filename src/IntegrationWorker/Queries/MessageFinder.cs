using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Queries;

/// <summary>Finds messages by what an operator knows of them. Every look-up is one by a key or an index.</summary>
internal sealed class MessageFinder(IStudyReader reader, IDeadLetterStore deadLetters, Rulebook rules)
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

    /// <summary>Messages that fit one of the given numbers, the oldest first.</summary>
    public async Task<IReadOnlyList<MessageView>> FindAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        var byKey = query.ControlId is { } controlId ? await reader.FindMessagesAsync([.. KeysOf(controlId)], cancellationToken) : [];
        var byNumber = await reader.FindMessagesAsync([.. query.Numbers], MessagesMax, cancellationToken);

        return [.. byKey.Concat(byNumber).DistinctBy(record => record.Key).OrderBy(record => record.ReceivedAt).Select(MessageView.Of)];
    }

    // The key of an HL7 message is made of its sender and its control id, and the senders are known. docs/mapping.md §5.1.
    private IEnumerable<string> KeysOf(string controlId) => rules.Sources
        .Where(source => source.Kind == "hl7v2")
        .Select(source => string.Join('/', "hl7", MessageKeys.Escape(source.SendingApplication), MessageKeys.Escape(source.SendingFacility), MessageKeys.Escape(controlId)));
}
