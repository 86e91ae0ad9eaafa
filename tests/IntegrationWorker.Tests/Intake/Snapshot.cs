using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Intake;

/// <summary>Everything a sequence of messages left behind, as named texts that can be compared.</summary>
internal static class Snapshot
{
    public static async Task<SortedDictionary<string, string>> OfAsync(RecordingStore store, List<MessageResult> results, CancellationToken token)
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var (records, loaded) = await store.ReadBackAsync(token);

        for (var i = 0; i < results.Count; i++)
        {
            entries[$"result {i:D3}"] = Text(ResultJson.Write(results[i]));
        }

        foreach (var study in loaded.Studies)
        {
            var head = $"{study.StudyInstanceUid} {study.OrgId} {study.Version} {study.CreatedBy} {study.CreatedAt:O} {study.UpdatedAt:O} {study.CancelledAt:O}";
            entries[$"study {study.StudyId}"] = $"{head} {Text(StateWriter.Write(study.State))}";
        }

        foreach (var links in loaded.Links.GroupBy(link => link.StudyId))
        {
            entries[$"links {links.Key}"] = string.Join('\n', links.Select(link => link.ToString()).Order(StringComparer.Ordinal));
        }

        foreach (var record in records)
        {
            entries[$"record {record.Key}"] =
                $"{record.Generation} {record.Outcome} {Convert.ToHexString(record.Fingerprint)} {record.LastMessageTime:O} {Text(record.Result)}";
        }

        foreach (var parked in loaded.Parked)
        {
            entries[$"parked {parked.UnitKey}"] = $"{parked.MessageKey} {parked.ReceivedAt:O} {Text(StoreJson.Write(
                new ParkedDocument(parked.Unit, parked.Keys, parked.Body, parked.Headers, parked.Door)))}";
        }

        foreach (var held in store.HeldUnits.GroupBy(held => held.HoldId))
        {
            entries[$"held {held.Key}"] = string.Join('\n', held.Select(one => one.Unit.UnitKey));
        }

        foreach (var events in store.Outbox.GroupBy(entry => entry.StudyId))
        {
            entries[$"events {events.Key}"] = string.Join('\n', events.Select(entry => $"{entry.EventId} {entry.Version} {Text(entry.Body)}"));
        }

        foreach (var history in store.History.GroupBy(entry => entry.StudyId ?? ""))
        {
            entries[$"history {history.Key}"] = string.Join(
                '\n', history.Select(entry => $"{entry.Version} {entry.MessageKey} {entry.Unit} {entry.Outcome} {Text(entry.Detail)}"));
        }

        foreach (var position in store.Positions.Values)
        {
            entries[$"position {position.SubscriptionId}"] =
                $"{position.Position} {string.Join(',', position.Seen)} {position.LastHeardAt:O} {position.GapSince:O}";
        }

        entries["dead letters"] = string.Join(
            '\n', store.DeadLetters.Select(letter => $"{letter.MessageKey} {letter.Code} {letter.Location} {string.Join(',', letter.Units)}"));

        return entries;
    }

    /// <summary>Names of the entries that differ.</summary>
    public static List<string> Compare(SortedDictionary<string, string> left, SortedDictionary<string, string> right) =>
    [
        .. left.Keys.Union(right.Keys)
            .Where(name => left.GetValueOrDefault(name) != right.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>JSON with its members in order of their names, and without the random ids of dead letters.</summary>
    private static string Text(ReadOnlySpan<byte> json)
    {
        var buffer = new StringBuilder();
        Write(JsonNode.Parse(json), buffer);

        return buffer.ToString();
    }

    private static void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case JsonObject members:
                text.Append('{');

                foreach (var (name, value) in members.Where(member => member.Key != "deadLetterId").OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    text.Append(JsonSerializer.Serialize(name)).Append(':');
                    Write(value, text);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');

                foreach (var item in items)
                {
                    Write(item, text);
                    text.Append(',');
                }

                text.Append(']');
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
