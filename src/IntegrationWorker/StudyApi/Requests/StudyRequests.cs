namespace IntegrationWorker.StudyApi.Requests;

/// <summary>What the study API can do to a study.</summary>
internal enum StudyOperation
{
    Create,
    Patch,
    Cancel,
    Uncancel,
}

/// <summary>Body of <c>POST /v1/viewer/studies</c>, valid.</summary>
internal sealed record StudyCreation
{
    /// <summary>A DICOM UID, PS3.5 §9.</summary>
    public required string StudyInstanceUid { get; init; }

    /// <summary>1 to 1000 characters.</summary>
    public required string StudyDescription { get; init; }

    /// <summary><c>normal</c>, <c>high</c> or <c>stat</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>A user id; null: nobody.</summary>
    public string? AssignedTo { get; init; }

    /// <summary>At most 50 pairs; empty when none was sent.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public string? OrgId { get; init; }

    /// <summary><c>cus_</c> and 32 hex digits; kept and not shown.</summary>
    public string? ExpressCustomerId { get; init; }
}

/// <summary>Body of <c>PATCH /v1/viewer/studies/{studyId}</c>, valid: what is not in it stays as it is.</summary>
internal sealed record StudyPatch
{
    public static StudyPatch Empty { get; } = new();

    /// <summary>Null: not sent.</summary>
    public string? StudyDescription { get; init; }

    /// <summary>Null: not sent.</summary>
    public string? Severity { get; init; }

    /// <summary><c>incomplete</c> or <c>complete</c>; null: not sent.</summary>
    public string? StudyViewerStatus { get; init; }

    /// <summary>Null: not sent.</summary>
    public Sent<string?>? AssignedTo { get; init; }

    /// <summary>Null: not sent.</summary>
    public Sent<string?>? OrgId { get; init; }

    /// <summary><c>metadata: null</c> was sent: all pairs go.</summary>
    public bool ClearsMetadata { get; init; }

    /// <summary>Keys to set, and with null those to remove (RFC 7396); other keys stay.</summary>
    public IReadOnlyDictionary<string, string?> Metadata { get; init; } = new Dictionary<string, string?>();
}

/// <summary>A member that was sent: its value may be null.</summary>
internal sealed record Sent<T>(T Value);

/// <summary>Body of <c>POST …/cancel</c> and <c>…/uncancel</c>, valid: one of the two is set.</summary>
internal sealed record StudyReference(string? StudyId, string? StudyInstanceUid);
