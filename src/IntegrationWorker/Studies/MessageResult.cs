using System.Text.Json.Serialization;
using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>The recorded outcome of one message: what its sender is told and what a redelivery is answered with.</summary>
internal sealed class MessageResult
{
    [JsonPropertyName("messageKey")]
    public required string MessageKey { get; set; }

    [JsonPropertyName("messageType")]
    public string? MessageType { get; init; }

    [JsonPropertyName("sourceId")]
    public string? SourceId { get; init; }

    /// <summary>One of <c>Contracts.Outcomes</c>: the worst of the units.</summary>
    [JsonPropertyName("outcome")]
    public required string Outcome { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("error")]
    public Notice? Error { get; set; }

    /// <summary>Warnings about the whole message; a unit's are with the unit.</summary>
    [JsonPropertyName("warnings")]
    public List<Notice> Warnings { get; init; } = [];

    [JsonPropertyName("units")]
    public List<UnitResult> Units { get; init; } = [];

    /// <summary>Parked units of earlier messages that were applied because of this one.</summary>
    [JsonPropertyName("reapplied")]
    public List<UnitResult> Reapplied { get; init; } = [];

    /// <summary>Duplicates: the outcome that was recorded the first time.</summary>
    [JsonPropertyName("recordedOutcome")]
    public string? RecordedOutcome { get; set; }

    /// <summary>Set when a dead letter was written: its id, <c>dl_</c> and 32 hex digits.</summary>
    [JsonPropertyName("deadLetterId")]
    public string? DeadLetterId { get; set; }

    /// <summary>What a subscription notification said of itself; null for everything else.</summary>
    [JsonPropertyName("subscription")]
    public SubscriptionNote? Subscription { get; set; }

    /// <summary>The study as a write through the study API left it, kept for a client that asks again under the same key; null for everything else.</summary>
    [JsonPropertyName("answer")]
    public StudySnapshot? Answer { get; set; }

    /// <summary>The same for the one who waits now, whether it is kept or not.</summary>
    [JsonIgnore]
    public StudySnapshot? Study { get; set; }

    /// <summary>The message was edited and has taken effect under this key; null otherwise.</summary>
    [JsonPropertyName("replacedBy")]
    public string? ReplacedBy { get; init; }

    [JsonIgnore]
    public bool IsRejected => Outcome == Outcomes.Rejected;

    /// <summary>The same message with another outcome of one of its units. A copy: what its sender was told stays as it was.</summary>
    public MessageResult With(UnitResult unit)
    {
        List<UnitResult> units = [.. Units.Select(known => known.IsSameUnit(unit) ? unit : known)];

        var outcome = Outcomes.WorstOf(units.Select(known => known.Outcome));
        var isOfUnits = Units.Exists(known => known.Reason is not null && known.Reason == Reason);

        return Copy(units, outcome, isOfUnits ? units.Find(known => known.Outcome == outcome)?.Reason : Reason, ReplacedBy);
    }

    /// <summary>The same message, which has taken effect as another one.</summary>
    public MessageResult With(string replacedBy) => Copy(Units, Outcome, Reason, replacedBy);

    private MessageResult Copy(List<UnitResult> units, string outcome, string? reason, string? replacedBy) => new()
    {
        MessageKey = MessageKey,
        MessageType = MessageType,
        SourceId = SourceId,
        Outcome = outcome,
        ReplacedBy = replacedBy,
        Reason = reason,
        Error = Error,
        Warnings = Warnings,
        Units = units,
        Reapplied = Reapplied,
        RecordedOutcome = RecordedOutcome,
        DeadLetterId = DeadLetterId,
        Subscription = Subscription,
        Answer = Answer,
    };
}

/// <summary>Position of a FHIR subscription after a notification, and what has to be fetched. docs/mapping.md §7.4.</summary>
internal sealed record SubscriptionNote(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("eventsSinceSubscriptionStart")] long? EventsSince,
    [property: JsonPropertyName("position")] long Position,
    [property: JsonPropertyName("recover")] string? Recover);
