namespace IntegrationWorker.Studies;

/// <summary>A configured sender with its own rules: docs/mapping.md §11. Immutable while the worker runs.</summary>
internal sealed record Source
{
    public required string SourceId { get; init; }

    /// <summary><c>hl7v2</c>, <c>fhir</c> or <c>command</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>hl7v2: MSH-3 component 1, else 2.</summary>
    public string? SendingApplication { get; init; }

    /// <summary>hl7v2: MSH-4 component 1, else 2.</summary>
    public string? SendingFacility { get; init; }

    /// <summary>A queue of its own, or null.</summary>
    public string? Queue { get; init; }

    /// <summary>fhir: base URL of the server; null when nothing is fetched.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>fhir: what a notification only names is read from the server, which is one of <c>FhirServers</c>.</summary>
    public bool IsFetched { get; init; }

    /// <summary>True for an EHR that orders, false for a RIS that performs. §3.5.</summary>
    public bool IsPlacer { get; init; }

    public Authority Authority { get; init; }

    public IReadOnlyDictionary<string, Authority> AuthorityByField { get; init; } = new Dictionary<string, Authority>();

    /// <summary>Organizations whose studies the source may touch; the first is that of created studies. Empty: any.</summary>
    public IReadOnlyList<string> OrgIds { get; init; } = [];

    /// <summary>The organization of a study that the source creates; null when it has none.</summary>
    public string? FirstOrgId => OrgIds is [var first, ..] ? first : null;

    public IReadOnlyList<string> OrgFields { get; init; } = [];

    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    public string? DefaultCharset { get; init; }

    public IReadOnlyList<string> ProcessingIds { get; init; } = ["P"];

    public bool RejectUnsupported { get; init; }

    /// <summary>True: later messages about a study wait until a rejected one of it is settled (<c>onRejected: hold</c>).</summary>
    public bool HoldsOnRejection { get; init; }

    /// <summary>Null: the laboratory and pharmacy sections of §1.3.</summary>
    public IReadOnlyList<string>? ExcludeSections { get; init; }

    public bool AllowCreate { get; init; }

    /// <summary>True: a UID that is unknown does not end the search. §2.4.</summary>
    public bool UidIsAdvisory { get; init; }

    public bool LenientUid { get; init; }

    public IReadOnlyList<string> UidFields { get; init; } = [];

    public IReadOnlyList<string> AccessionFields { get; init; } = ["IPC-1", "OBR-18"];

    public string? AccessionIssuer { get; init; }

    public string? FillerIssuer { get; init; }

    public string? PlacerIssuer { get; init; }

    public string? PatientIssuer { get; init; }

    /// <summary>True: a patient that contradicts is a warning only.</summary>
    public bool PatientGuardWarns { get; init; }

    public bool PlacerFanOut { get; init; }

    public bool PlacerSeverityCompetes { get; init; }

    /// <summary>Code without case → severity, beside the built-in tables.</summary>
    public IReadOnlyDictionary<string, Severity> PriorityCodes { get; init; } = new Dictionary<string, Severity>();

    /// <summary>True: the first priority field counts; false: the most urgent. §3.2.</summary>
    public bool SeverityByPrecedence { get; init; }

    public IReadOnlyList<string> DescriptionFields { get; init; } = ["OBR-44.2", "OBR-4.2", "OBR-4.5", "OBR-4.9"];

    public bool OrderCompleteMeansRead { get; init; }

    /// <summary>True: DC is kept as metadata and does not cancel. §3.5.</summary>
    public bool DiscontinueIsMetadata { get; init; }

    /// <summary>Further fields to look for the reader in, after PRT, ROL and OBR-32: <c>OBR-33</c>, <c>OBR-34</c>, <c>ORC-19</c>.</summary>
    public IReadOnlyList<string> AssignmentFields { get; init; } = [];

    public string? UserAuthority { get; init; }

    /// <summary>Results may raise the severity (<c>oru.severity: escalate</c>).</summary>
    public bool ResultsEscalate { get; init; }

    /// <summary>Results assign a study that nobody has (<c>oru.assign: fill</c>).</summary>
    public bool ResultsAssign { get; init; }

    public bool FhirAssigns { get; init; }

    /// <summary><c>metadata</c>, <c>cancel</c> or <c>ignore</c>. §7.5.</summary>
    public string FhirOnDelete { get; init; } = "metadata";

    public bool FhirCreates { get; init; }

    public bool AllowHandshake { get; init; } = true;

    /// <summary>Subscriptions known from the configuration.</summary>
    public IReadOnlyList<string> Subscriptions { get; init; } = [];

    /// <summary>Keys of §3.8 that are off by default and that this source keeps, with the reason on record.</summary>
    public IReadOnlyDictionary<string, string> MetadataKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>True: <c>""</c> means nothing, as if the field were absent. §4.1.</summary>
    public bool IgnoreNulls { get; init; }

    public IdempotencyStrategy Idempotency { get; init; }

    public TimeSpan ReuseAfter { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Field addresses that the fingerprint leaves out.</summary>
    public IReadOnlyList<string> FingerprintExclude { get; init; } = [];

    /// <summary>True: MSH-7 is both parts of the clock. §6.1.</summary>
    public bool ClockIsMessageTime { get; init; }

    public TimeSpan MaxFutureSkew { get; init; } = TimeSpan.FromMinutes(10);

    public Authority AuthorityFor(string field) => AuthorityByField.TryGetValue(field, out var authority) ? authority : Authority;
}

/// <summary>How the idempotency key of an HL7 message is made. §5.1.</summary>
internal enum IdempotencyStrategy
{
    ControlId,
    ControlIdAndTime,
    Content,
}
