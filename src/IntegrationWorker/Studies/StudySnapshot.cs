using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>A study's record at one moment, without what is needed to decide: it stays as it is while the study goes on.</summary>
internal sealed record StudySnapshot
{
    [JsonPropertyName("id")]
    public required string StudyId { get; init; }

    [JsonPropertyName("uid")]
    public required string StudyInstanceUid { get; init; }

    [JsonPropertyName("v")]
    public required long Version { get; init; }

    [JsonPropertyName("desc")]
    public required string Description { get; init; }

    [JsonPropertyName("sev")]
    public required string Severity { get; init; }

    [JsonPropertyName("status")]
    public required string StudyViewerStatus { get; init; }

    [JsonPropertyName("cancelled")]
    public required bool IsCancelled { get; init; }

    [JsonPropertyName("cancelledAt")]
    public DateTimeOffset? CancelledAt { get; init; }

    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updatedAt")]
    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonPropertyName("createdBy")]
    public required string CreatedBy { get; init; }

    [JsonPropertyName("assignedTo")]
    public string? AssignedTo { get; init; }

    [JsonPropertyName("org")]
    public string? OrgId { get; init; }

    [JsonPropertyName("meta")]
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public static StudySnapshot Of(Study study) => new()
    {
        StudyId = study.StudyId,
        StudyInstanceUid = study.StudyInstanceUid,
        Version = study.Version,
        Description = study.Description,
        Severity = study.Severity,
        StudyViewerStatus = study.StudyViewerStatus,
        IsCancelled = study.IsCancelled,
        CancelledAt = study.CancelledAt?.ToUniversalTime(),
        CreatedAt = study.CreatedAt.ToUniversalTime(),
        UpdatedAt = study.UpdatedAt.ToUniversalTime(),
        CreatedBy = study.CreatedBy,
        AssignedTo = study.AssignedTo,
        OrgId = study.OrgId,
        Metadata = study.Metadata.ToDictionary(),
    };
}
