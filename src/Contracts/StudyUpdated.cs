using System.Text.Json.Serialization;

namespace IntegrationWorker.Contracts;

/// <summary>A study record changed: a CloudEvents 1.0 event in structured JSON. Published once per applied unit and study, after its transaction has committed.</summary>
/// <remarks>
/// Delivery is at least once and a repetition has the same <see cref="Id"/>. Within one study <c>data.version</c> only grows.
/// Within v1 members are only ever added: ignore what you do not know.
/// </remarks>
public sealed record StudyUpdated
{
    /// <summary>The type of this event in CloudEvents.</summary>
    public const string EventType = "study.updated.v1";

    /// <summary>Always <c>1.0</c>.</summary>
    [JsonPropertyName("specversion")]
    public string SpecVersion { get; init; } = "1.0";

    /// <summary><c>evt_</c> and 32 hex digits, the same for every publication of the same change.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The deployment that published it: <c>urn:study-update-worker:…</c>.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary><see cref="EventType"/>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; init; } = EventType;

    /// <summary>The study's id: <c>stu_</c> and 32 hex digits. Never a patient identifier.</summary>
    [JsonPropertyName("subject")]
    public required string Subject { get; init; }

    /// <summary>When the change was written, RFC 3339, UTC, to the millisecond.</summary>
    [JsonPropertyName("time")]
    public required string Time { get; init; }

    /// <summary>Always <c>application/json</c>.</summary>
    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; init; } = "application/json";

    /// <summary>What changed.</summary>
    [JsonPropertyName("data")]
    public required StudyUpdatedData Data { get; init; }
}

/// <summary>What changed on a study, and because of which message.</summary>
public sealed record StudyUpdatedData
{
    /// <summary>The study's id: <c>stu_</c> and 32 hex digits.</summary>
    [JsonPropertyName("studyId")]
    public required string StudyId { get; init; }

    /// <summary>DICOM Study Instance UID.</summary>
    [JsonPropertyName("studyInstanceUid")]
    public required string StudyInstanceUid { get; init; }

    /// <summary>How many changes this study has had: 1 for the first, growing by one per event. A gap means a missed event.</summary>
    [JsonPropertyName("version")]
    public required long Version { get; init; }

    /// <summary>In order of execution: <c>create</c>, <c>uncancel</c>, <c>update</c>, <c>cancel</c>. Ignore what you do not know.</summary>
    [JsonPropertyName("operations")]
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>Study fields first, then metadata by name.</summary>
    [JsonPropertyName("changes")]
    public required IReadOnlyList<StudyChange> Changes { get; init; }

    /// <summary>The message that caused it.</summary>
    [JsonPropertyName("origin")]
    public required StudyUpdateOrigin Origin { get; init; }

    /// <summary>The delivery's correlation id, else the CloudEvents id of the command, else the message key.</summary>
    [JsonPropertyName("correlationId")]
    public required string CorrelationId { get; init; }

    /// <summary>The id of the delivery; null when it had none.</summary>
    [JsonPropertyName("causationId")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CausationId { get; init; }

    /// <summary>Codes of the warnings, see <see cref="Codes"/>. Empty when there were none.</summary>
    [JsonPropertyName("warnings")]
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>One changed field. A redacted one has no values.</summary>
public sealed record StudyChange
{
    /// <summary><c>studyDescription</c>, <c>severity</c>, <c>studyViewerStatus</c>, <c>assignedTo</c>, <c>isCancelled</c> or <c>metadata.‹key›</c>. Ignore what you do not know.</summary>
    [JsonPropertyName("field")]
    public required string Field { get; init; }

    /// <summary>The value before: a string, a boolean for <c>isCancelled</c>, null when it was absent. Not there when redacted.</summary>
    [JsonPropertyName("previous")]
    public object? Previous { get; init; }

    /// <summary>The value now; null when deleted. Not there when redacted.</summary>
    [JsonPropertyName("current")]
    public object? Current { get; init; }

    /// <summary>True when the values are withheld because they may identify a patient.</summary>
    [JsonPropertyName("redacted")]
    public bool Redacted { get; init; }
}

/// <summary>The message, and the unit of it, that caused a change.</summary>
public sealed record StudyUpdateOrigin
{
    /// <summary><c>hl7v2</c>, <c>fhir</c> or <c>command</c>.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>The configured source.</summary>
    [JsonPropertyName("sourceId")]
    public required string SourceId { get; init; }

    /// <summary><c>ORM^O01</c>, <c>ImagingStudy</c>, <c>study.update.requested.v1</c>.</summary>
    [JsonPropertyName("messageType")]
    public required string MessageType { get; init; }

    /// <summary>The idempotency key of the message.</summary>
    [JsonPropertyName("messageKey")]
    public required string MessageKey { get; init; }

    /// <summary>Number of the unit in its message, from 1.</summary>
    [JsonPropertyName("unit")]
    public required int Unit { get; init; }

    /// <summary>The source's own time for the statement, RFC 3339 with its offset.</summary>
    [JsonPropertyName("sourceTime")]
    public required string SourceTime { get; init; }
}
