using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>What one unit changed of one study, on its way to the platform. Stored with the decision, before the first call.</summary>
internal sealed record TargetPlan
{
    /// <summary>The order of the plans of a study. Given by the store.</summary>
    public long Position { get; init; }

    /// <summary>The platform's id; of a study that is being created, ours until the platform has given one.</summary>
    public required string StudyId { get; init; }

    /// <summary>A writing call may have gone out: what became of it has to be read back.</summary>
    public bool IsAttempted { get; init; }

    public required PlanDocument Document { get; init; }

    public string MessageKey => Document.Unit.MessageKey;

    public string UnitKey => Document.Unit.UnitKey;
}

/// <summary>The stored part of a plan. Members may be added, never renamed.</summary>
internal sealed record PlanDocument
{
    public required UnitUpdate Unit { get; init; }

    /// <summary>What the record of the message says of the unit, for this study.</summary>
    public required UnitResult Result { get; init; }

    public required string StudyInstanceUid { get; init; }

    /// <summary>The study's version after the change.</summary>
    public required long Version { get; init; }

    public required bool Creates { get; init; }

    /// <summary>Of a created study; null when none is known.</summary>
    public string? OrgId { get; init; }

    public required IReadOnlyList<FieldChange> Changes { get; init; }

    public string? Lifecycle { get; init; }

    public required IReadOnlyList<HeldBack> Held { get; init; }

    /// <summary>The changed fields before the unit, as a state document; what was not there is not in it.</summary>
    public required byte[] Before { get; init; }

    /// <summary>The changed fields after it.</summary>
    public required byte[] After { get; init; }

    /// <summary>Kind of the source: <c>hl7v2</c>, <c>fhir</c> or <c>command</c>.</summary>
    public required string OriginKind { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The message as it came, for the dead letter that a refusal makes.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public byte[] Headers { get; init; } = [];

    public string Door { get; init; } = "";
}
