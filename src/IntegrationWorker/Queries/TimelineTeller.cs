using System.Text.Json;
using IntegrationWorker.Store;

namespace IntegrationWorker.Queries;

/// <summary>Tells what happened about a study or a message, step by step, in one call.</summary>
internal sealed class TimelineTeller(MessageFinder finder, IStudyReader reader, IDeadLetterStore deadLetters)
{
    private const int CasesMax = 200;

    /// <summary>The steps, the earliest first.</summary>
    public async Task<IReadOnlyList<TimelineStep>> TellAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        var records = await finder.RecordsAsync(query, cancellationToken);
        string[] keys = [.. records.Select(record => record.Key)];
        var history = await reader.HistoryOfMessagesAsync(keys, cancellationToken);
        var pending = await reader.PendingEventsAsync([.. history.Select(entry => entry.StudyId).OfType<string>().Distinct()], cancellationToken);
        var cases = await deadLetters.ListAsync(new DeadLetterFilter { MessageKeys = keys }, CasesMax, null, cancellationToken);
        var steps = new List<TimelineStep>();

        foreach (var record in records)
        {
            steps.Add(new TimelineStep(record.ReceivedAt, "received", record.Key, null, null, $"{record.MessageType} of {SourceOf(record.SourceId)}"));

            if (history.All(entry => entry.MessageKey != record.Key))
            {
                steps.Add(new TimelineStep(record.ReceivedAt, "decided", record.Key, null, null, ReasonOf(record)));
            }
        }

        steps.AddRange(history.SelectMany(entry => StepsOf(entry, pending)));

        foreach (var letter in cases)
        {
            steps.AddRange(await StepsOfAsync(letter, cancellationToken));
        }

        // What has the same time stays in the order of its happening.
        return [.. steps.OrderBy(step => step.At)];
    }

    private static string SourceOf(string sourceId) => sourceId.Length > 0 ? sourceId : "an unknown source";

    private static string ReasonOf(LedgerRecord record)
    {
        var result = JsonElement.Parse(record.Result);
        var error = result.TryGetProperty("error", out var found) ? found
            : result.TryGetProperty("units", out var units)
                ? units.EnumerateArray().Select(unit => unit.TryGetProperty("error", out var own) ? own : default).FirstOrDefault(own => own.ValueKind == JsonValueKind.Object)
                : default;
        var code = error.ValueKind == JsonValueKind.Object ? Text(error, "code") : Text(result, "reason");

        return $"{record.Outcome} {code}".TrimEnd();
    }

    private static IEnumerable<TimelineStep> StepsOf(HistoryEntry entry, IReadOnlySet<string> pending)
    {
        var detail = JsonElement.Parse(entry.Detail);

        if (Text(detail, "resolvedBy") is { } by)
        {
            yield return Step("matched", by == "created" ? "a new study" : $"by {by}");
        }

        var changes = Items(detail, "changes").Select(change => $"{Text(change, "field")} {Text(change, "previous") ?? "(none)"} → {Text(change, "current") ?? "(deleted)"}");
        var held = Items(detail, "held").Select(one => $"{Text(one, "field")} {Text(one, "reason")}{(Text(one, "holder") is { } holder ? $" than {holder}" : "")}");
        var text = string.Join("; ", [$"{entry.Outcome} {Text(detail, "error")}".TrimEnd(), .. changes, .. held.Select(one => $"held: {one}")]);
        yield return Step("decided", text);

        if (Text(detail, "eventId") is { } eventId)
        {
            yield return Step("published", pending.Contains(eventId) ? $"{eventId}: waits to be published" : eventId);
        }

        TimelineStep Step(string step, string what) => new(entry.At, step, entry.MessageKey, entry.Unit, entry.StudyId, what);
    }

    private async Task<IEnumerable<TimelineStep>> StepsOfAsync(DeadLetterSummary letter, CancellationToken cancellationToken)
    {
        var attempts = (await deadLetters.GetAsync(letter.Id, cancellationToken))?.Attempts ?? [];
        var first = letter.FirstCode ?? letter.Code;

        return
        [
            new TimelineStep(letter.ReceivedAt, "failed", letter.MessageKey, null, null, $"{letter.Id}: {first}, now {letter.Status}"),
            .. attempts.Select(attempt => new TimelineStep(
                attempt.At,
                attempt.Action == DeadLetterActions.Replay ? "replayed" : attempt.Action,
                letter.MessageKey,
                null,
                null,
                $"{letter.Id}: {$"{attempt.Outcome} {attempt.Code}".TrimEnd()} by {attempt.Who}{(attempt.Why.Length > 0 ? $", {attempt.Why}" : "")}")),
        ];
    }

    private static JsonElement[] Items(JsonElement detail, string member) =>
        detail.TryGetProperty(member, out var items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [];

    private static string? Text(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Something that happened.</summary>
/// <param name="Step"><c>received</c>, <c>matched</c>, <c>decided</c>, <c>published</c>, <c>failed</c>, <c>replayed</c>, or another action on a dead letter.</param>
/// <param name="Unit">Null for the whole message.</param>
/// <param name="Text">What it was, for people: outcome, fields with their values before and after, who holds a field, who acted and why.</param>
internal sealed record TimelineStep(DateTimeOffset At, string Step, string MessageKey, int? Unit, string? StudyId, string Text);
