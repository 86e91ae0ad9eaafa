namespace IntegrationWorker.Studies;

/// <summary>A study's record with everything that is needed to decide about the next message.</summary>
/// <remarks>Mutable and owned by one batch at a time: the store hands out a fresh one, the applier changes it, the store saves it.</remarks>
internal sealed class Study
{
    public required string StudyId { get; init; }

    /// <summary>DICOM UID; never changes.</summary>
    public required string StudyInstanceUid { get; init; }

    /// <summary>Null when no organization is known.</summary>
    public string? OrgId { get; set; }

    /// <summary>Kept from creation through the study API; null otherwise.</summary>
    public string? ExpressCustomerId { get; set; }

    /// <summary>How many changes the study has had: 1 after its creation. Grows by one per event.</summary>
    public long Version { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Null while the study is not cancelled.</summary>
    public DateTimeOffset? CancelledAt { get; set; }

    /// <summary>The source that created the study; an API key's or user's id for studies made through the API.</summary>
    public required string CreatedBy { get; init; }

    public required StudyState State { get; init; }

    public string Description => State.Get(FieldNames.StudyDescription) ?? "";

    /// <summary><c>normal</c>, <c>high</c> or <c>stat</c>.</summary>
    public string Severity => State.Get(FieldNames.Severity) ?? "normal";

    /// <summary><c>incomplete</c> or <c>complete</c>.</summary>
    public string StudyViewerStatus => State.Get(FieldNames.StudyViewerStatus) ?? ViewerStatus.Incomplete;

    /// <summary>A user id; null when nobody is assigned.</summary>
    public string? AssignedTo => State.Get(FieldNames.AssignedTo);

    public bool IsCancelled => State.Get(FieldNames.IsCancelled) == "true";

    /// <summary>The metadata pairs that are present, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Metadata =>
        State.Fields
            .Where(named => named.Key.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal) && named.Value.Value is not null)
            .Select(named => KeyValuePair.Create(named.Key[FieldNames.MetadataPrefix.Length..], named.Value.Value!))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal);
}
