using System.ComponentModel;

namespace IntegrationWorker.StudyApi;

// What clients send, as the OpenAPI document describes it. The bodies are read by StudyRequestReader, which tells a null from what is left out.

/// <summary>A new study.</summary>
internal sealed record StudyCreationBody
{
    [Description("DICOM UID (PS3.5 §9, at most 64 characters); it never changes")]
    public required string StudyInstanceUid { get; init; }

    [Description("1 to 1000 characters")]
    public required string StudyDescription { get; init; }

    [Description("normal, high or stat")]
    public required string Severity { get; init; }

    [Description("usr_ and 32 hex digits")]
    public string? AssignedTo { get; init; }

    [Description("At most 50 pairs; keys of 1 to 100, values of up to 1000 characters")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    [Description("org_ and 32 hex digits; needs the role operator")]
    public string? OrgId { get; init; }

    [Description("cus_ and 32 hex digits; kept, not shown")]
    public string? ExpressCustomerId { get; init; }
}

/// <summary>Changes of a study: only members that are sent change anything.</summary>
internal sealed record StudyPatchBody
{
    [Description("1 to 1000 characters")]
    public string? StudyDescription { get; init; }

    [Description("normal, high or stat")]
    public string? Severity { get; init; }

    [Description("incomplete or complete")]
    public string? StudyViewerStatus { get; init; }

    [Description("usr_ and 32 hex digits; null: nobody")]
    public string? AssignedTo { get; init; }

    [Description("Merged (RFC 7396): a key with a text is set, with null removed, others stay; null clears the map")]
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }

    [Description("org_ and 32 hex digits, or null; needs the role operator")]
    public string? OrgId { get; init; }
}

/// <summary>The study to cancel or uncancel: one of the two.</summary>
internal sealed record StudyReferenceBody
{
    [Description("stu_ and 32 hex digits")]
    public string? StudyId { get; init; }

    public string? StudyInstanceUid { get; init; }
}
