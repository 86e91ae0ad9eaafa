using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.Contracts;

/// <summary>A command: change a study. Sent as the <c>data</c> of a CloudEvents event, or in a MassTransit envelope.</summary>
/// <remarks>In an envelope the message id is the idempotency key unless the header <c>idempotency-key</c> is set.</remarks>
public sealed record StudyUpdateRequested
{
    /// <summary>The type of the command in CloudEvents.</summary>
    public const string EventType = "study.update.requested.v1";

    /// <summary>Which study: exactly one of its members.</summary>
    [JsonPropertyName("study")]
    public required StudyReference Study { get; init; }

    /// <summary><c>update</c> (also when null), <c>cancel</c> or <c>uncancel</c>.</summary>
    [JsonPropertyName("operation")]
    public string? Operation { get; init; }

    /// <summary>JSON merge patch (RFC 7396) over studyDescription, severity, studyViewerStatus, assignedTo and metadata; <c>update</c> only.</summary>
    [JsonPropertyName("patch")]
    public JsonElement? Patch { get; init; }

    /// <summary>The command is refused when the study has another version. Null: any.</summary>
    [JsonPropertyName("expectedVersion")]
    public long? ExpectedVersion { get; init; }

    /// <summary>Why, in the sender's words; kept in the history. Null: none given.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>When it was decided, RFC 3339. Null: time of receipt, and the command is never superseded.</summary>
    [JsonPropertyName("time")]
    public DateTimeOffset? Time { get; init; }
}

/// <summary>How a command names its study: exactly one member.</summary>
public sealed record StudyReference
{
    /// <summary><c>stu_</c> and 32 hex digits.</summary>
    [JsonPropertyName("studyId")]
    public string? StudyId { get; init; }

    /// <summary>DICOM Study Instance UID.</summary>
    [JsonPropertyName("studyInstanceUid")]
    public string? StudyInstanceUid { get; init; }

    /// <summary>Accession number with its issuer.</summary>
    [JsonPropertyName("accession")]
    public AccessionReference? Accession { get; init; }
}

/// <summary>An accession number.</summary>
public sealed record AccessionReference
{
    /// <summary>The number, compared exactly.</summary>
    [JsonPropertyName("value")]
    public required string Value { get; init; }

    /// <summary>Who gave it; null when unknown.</summary>
    [JsonPropertyName("issuer")]
    public string? Issuer { get; init; }
}
