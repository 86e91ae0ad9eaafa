using IntegrationWorker.Hosting;
using IntegrationWorker.Store;

namespace IntegrationWorker.Queries;

/// <summary>A message that was seen, with its recorded outcome.</summary>
internal record MessageView(
    string MessageKey, string Outcome, DateTimeOffset ReceivedAt, string SourceId, string MessageType, RawJson Result)
{
    public static MessageView Of(LedgerRecord record) => new(
        record.Key, record.Outcome, record.ReceivedAt.ToUniversalTime(), record.SourceId, record.MessageType, new RawJson(record.Result));
}

/// <summary>Messages by time of receipt, the oldest first.</summary>
/// <param name="Before">What to give as <c>before</c> for the messages before these. Null when there are none.</param>
internal sealed record MessagePage(IReadOnlyList<MessageView> Messages, string? Before);

/// <summary>A message with what it did, in order.</summary>
internal sealed record MessageTimeline(MessageView Message, IReadOnlyList<HistoryView> History, IReadOnlyList<string> DeadLetterIds);

/// <summary>What one unit of a message did to one study.</summary>
/// <param name="StudyId">Null for a unit that found no study.</param>
/// <param name="Version">The study's version after it.</param>
/// <param name="Detail">Changes with previous and current values and places in the message, and what was held back.</param>
internal sealed record HistoryView(
    string? StudyId, long Version, DateTimeOffset At, string MessageKey, int Unit, string SourceId, string MessageType, string Outcome, RawJson Detail)
{
    public static HistoryView Of(HistoryEntry entry) => new(
        entry.StudyId, entry.Version, entry.At.ToUniversalTime(), entry.MessageKey, entry.Unit, entry.SourceId, entry.MessageType, entry.Outcome,
        new RawJson(entry.Detail));
}
