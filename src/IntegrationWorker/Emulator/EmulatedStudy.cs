using IntegrationWorker.StudyApi;

namespace IntegrationWorker.Emulator;

/// <summary>A study of the emulated platform.</summary>
internal sealed record EmulatedStudy
{
    public required string StudyId { get; init; }

    public required string StudyInstanceUid { get; init; }

    public required string StudyDescription { get; init; }

    public required string Severity { get; init; }

    public string StudyViewerStatus { get; init; } = Studies.ViewerStatus.Incomplete;

    public string? AssignedTo { get; init; }

    public string? OrgId { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Grows with every change: the ETag.</summary>
    public int Version { get; init; } = 1;

    public StudyResource ToResource() => new()
    {
        StudyId = StudyId,
        StudyInstanceUid = StudyInstanceUid,
        StudyDescription = StudyDescription,
        Severity = Severity,
        StudyViewerStatus = StudyViewerStatus,
        IsCancelled = CancelledAt is not null,
        CancelledAt = CancelledAt,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        AssignedTo = AssignedTo is null ? null : new UserReference { UserId = AssignedTo, Email = $"{AssignedTo}@emulator.example" },
        CreatedByApiKey = null,
        CreatedByUser = null,
        Metadata = Metadata,
        Org = OrgId is null ? null : new OrgReference(OrgId, "Emulated organization"),
        ExpressCustomer = null,
    };

    /// <summary>The names of what is another value in <paramref name="other"/>.</summary>
    public IReadOnlyList<string> DifferencesTo(EmulatedStudy other)
    {
        var keys = Metadata.Keys.Union(other.Metadata.Keys).Where(key => Metadata.GetValueOrDefault(key) != other.Metadata.GetValueOrDefault(key));
        (string Name, bool Differs)[] fields =
        [
            ("studyDescription", StudyDescription != other.StudyDescription),
            ("severity", Severity != other.Severity),
            ("studyViewerStatus", StudyViewerStatus != other.StudyViewerStatus),
            ("assignedTo", AssignedTo != other.AssignedTo),
            ("isCancelled", CancelledAt is null != other.CancelledAt is null),
            ("orgId", OrgId != other.OrgId),
        ];

        return [.. fields.Where(field => field.Differs).Select(field => field.Name), .. keys.Order(StringComparer.Ordinal).Select(key => $"metadata.{key}")];
    }
}
