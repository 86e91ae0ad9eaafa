using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>A StudyUpdated event as a foreign consumer reads it.</summary>
internal sealed record StudyEvent(string Id, string StudyId, string Uid, long Version, string Operations, string MessageKey, JsonElement Data)
{
    public static StudyEvent Of(ReceivedMessage message) => Of(message.Json);

    public static StudyEvent Of(JsonElement cloudEvent)
    {
        var data = cloudEvent.GetProperty("data");

        return new StudyEvent(
            cloudEvent.GetProperty("id").GetString()!,
            cloudEvent.GetProperty("subject").GetString()!,
            data.GetProperty("studyInstanceUid").GetString()!,
            data.GetProperty("version").GetInt64(),
            string.Join('+', data.GetProperty("operations").EnumerateArray().Select(operation => operation.GetString())),
            data.GetProperty("origin").GetProperty("messageKey").GetString()!,
            data);
    }

    /// <summary>The unit of the message, from 1.</summary>
    public int Unit => Data.GetProperty("origin").GetProperty("unit").GetInt32();

    /// <summary>Fields with the values they have now.</summary>
    public IEnumerable<(string Field, string? Current)> Changes() => Data.GetProperty("changes").EnumerateArray()
        .Where(change => !change.TryGetProperty("redacted", out _))
        .Select(change => (change.GetProperty("field").GetString()!, change.GetProperty("current") is { ValueKind: not JsonValueKind.Null } value ? value.ToString() : null));

    /// <summary>The value a field has now: null when the event does not change it, or deletes it.</summary>
    public string? Current(string field) => Data.GetProperty("changes").EnumerateArray()
        .Where(change => change.GetProperty("field").GetString() == field)
        .Select(change => change.GetProperty("current").ToString())
        .FirstOrDefault();
}
