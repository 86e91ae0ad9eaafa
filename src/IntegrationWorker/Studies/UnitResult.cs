using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>What became of one unit: goes into the message record, the answer of the HTTP door and the history.</summary>
internal sealed class UnitResult
{
    [JsonPropertyName("unit")]
    public required int Unit { get; init; }

    [JsonPropertyName("messageKey")]
    public required string MessageKey { get; init; }

    /// <summary>One of <c>Contracts.Outcomes</c>.</summary>
    [JsonPropertyName("outcome")]
    public required string Outcome { get; set; }

    /// <summary>Duplicates: the outcome that was recorded the first time.</summary>
    [JsonPropertyName("recordedOutcome")]
    public string? RecordedOutcome { get; set; }

    /// <summary>Why the unit was ignored; null otherwise.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    /// <summary>Why the unit was rejected; null otherwise.</summary>
    [JsonPropertyName("error")]
    public Notice? Error { get; set; }

    [JsonPropertyName("warnings")]
    public List<Notice> Warnings { get; init; } = [];

    [JsonPropertyName("studyId")]
    public string? StudyId { get; set; }

    /// <summary><c>studyInstanceUid</c>, <c>accession</c>, <c>filler</c>, <c>placer</c>, <c>studyId</c>, <c>fhirResource</c>, <c>patient</c> or <c>created</c>.</summary>
    [JsonPropertyName("resolvedBy")]
    public string? ResolvedBy { get; set; }

    [JsonPropertyName("sourceTime")]
    public string? SourceTime { get; init; }

    [JsonPropertyName("effective")]
    public EffectiveUpdate? Effective { get; set; }

    /// <summary>Fields that were not applied because what is known is newer.</summary>
    [JsonPropertyName("superseded")]
    public List<string> Superseded { get; init; } = [];

    [JsonPropertyName("echoSuppressed")]
    public List<string> EchoSuppressed { get; init; } = [];

    [JsonPropertyName("heldByAuthority")]
    public List<string> HeldByAuthority { get; init; } = [];

    [JsonPropertyName("groups")]
    public IReadOnlyList<int> Groups { get; init; } = [];

    /// <summary>Patient-level units: one result per study.</summary>
    [JsonPropertyName("studies")]
    public List<UnitResult>? Studies { get; set; }

    [JsonPropertyName("eventId")]
    public string? EventId { get; set; }

    [JsonPropertyName("eventNumber")]
    public long? EventNumber { get; init; }

    /// <summary>Statements that a gate stopped, with the reason: for the history and explain. Not in the record.</summary>
    [JsonIgnore]
    public List<HeldBack> Held { get; init; } = [];

    /// <summary>The unit as it was mapped: for parking, tests and previews. Not stored.</summary>
    [JsonIgnore]
    public UnitUpdate? Update { get; init; }

    /// <summary>The study that the unit was applied to or created. Not stored.</summary>
    [JsonIgnore]
    public Study? Study { get; set; }

    public bool IsSameUnit(UnitResult other) => Unit == other.Unit && MessageKey == other.MessageKey;
}

/// <summary>A statement that a gate stopped.</summary>
/// <param name="Field">The study field it would have changed.</param>
/// <param name="Reason"><c>older</c>, <c>echo</c> or <c>authority</c>.</param>
/// <param name="Value">What the message says.</param>
/// <param name="Location">Where it says so.</param>
/// <param name="HolderKey">The unit that holds the field; null when unknown.</param>
internal sealed record HeldBack(string Field, string Reason, string? Value, string? Location, string? HolderKey);
