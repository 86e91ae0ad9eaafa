using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>What kind of statement a unit is; decides what it may create, whether it waits, and how it expires.</summary>
internal enum UnitKind
{
    Order,
    Result,
    Schedule,
    Document,

    /// <summary>ADT: all open studies of the patient.</summary>
    PatientUpdate,

    /// <summary>ADT A40 and kin: links move from one patient identifier to another.</summary>
    PatientMerge,
    FhirResource,
    FhirDelete,
    Command,
}

/// <summary>A partial update: everything one message says of one study. Independent of what is stored.</summary>
/// <remarks>
/// Serializable, because a unit whose study is not known yet is parked and applied later with its own key and clock.
/// Patient identifiers are in it as keyed hashes only.
/// </remarks>
internal sealed class UnitUpdate
{
    // Every field that the unit writes names it.
    private string? _unitKey;

    /// <summary>Number of the unit in its message, from 1: the number of its first order group.</summary>
    [JsonPropertyName("n")]
    public required int Number
    {
        get;
        set => (field, _unitKey) = (value, null);
    }

    [JsonPropertyName("kind")]
    public required UnitKind Kind { get; init; }

    [JsonPropertyName("source")]
    public required string SourceId { get; init; }

    /// <summary>Message key; <see cref="UnitKey"/> adds the unit. A FHIR bundle's units have keys of their own.</summary>
    [JsonPropertyName("key")]
    public required string MessageKey
    {
        get;
        set => (field, _unitKey) = (value, null);
    }

    [JsonPropertyName("type")]
    public required string MessageType { get; init; }

    /// <summary>The order groups the unit was made of.</summary>
    [JsonPropertyName("g")]
    public List<int> Groups { get; init; } = [];

    [JsonPropertyName("id")]
    public Identity Identity { get; set; } = new();

    /// <summary>Identities of further groups of the unit: all their numbers are linked.</summary>
    [JsonPropertyName("ids"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<Identity>? FurtherIdentities { get; set; }

    /// <summary>Patient keys: keyed hash and assigning authority.</summary>
    [JsonPropertyName("pat")]
    public List<Identifier> PatientKeys { get; init; } = [];

    /// <summary>Merges only: the patient keys that are given up.</summary>
    [JsonPropertyName("prior"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<Identifier>? PriorPatientKeys { get; set; }

    /// <summary>Keyed hash of the visit number (PV1-19), or null.</summary>
    [JsonPropertyName("visit"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VisitKey { get; set; }

    [JsonPropertyName("clock")]
    public required Clock Clock { get; set; }

    /// <summary>The transaction time as shown to people: RFC 3339, as its source wrote it.</summary>
    [JsonPropertyName("time")]
    public required string SourceTime { get; set; }

    [JsonPropertyName("proc")]
    public List<ProcedureUpdate> Procedures { get; init; } = [];

    /// <summary>Study fields asserted directly (FHIR, commands).</summary>
    [JsonPropertyName("f")]
    public Dictionary<string, Asserted> Fields { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Metadata that is no procedure fact, by key. Null values delete.</summary>
    [JsonPropertyName("m")]
    public Dictionary<string, Asserted> Metadata { get; init; } = new(StringComparer.Ordinal);

    [JsonPropertyName("as"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Assignment? Assignment { get; set; }

    /// <summary>What FHIR or a command wants of the study as a whole.</summary>
    [JsonPropertyName("sig")]
    public Signal Signal { get; set; }

    /// <summary>Where <see cref="Signal"/> was read.</summary>
    [JsonPropertyName("sigl"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SignalLocation { get; set; }

    /// <summary>FHIR <c>entered-in-error</c>: afterwards only an operator reinstates.</summary>
    [JsonPropertyName("eie")]
    public bool EnteredInError { get; set; }

    /// <summary>FHIR: keys with this prefix that this source set last and that are not in <see cref="Metadata"/> are deleted.</summary>
    [JsonPropertyName("snap"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SnapshotPrefix { get; set; }

    /// <summary>Elements of a snapshot whose absence means unknown (data-absent-reason): kept though not asserted.</summary>
    [JsonPropertyName("unk"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<string>? UnknownKeys { get; set; }

    /// <summary>Commands: clear all metadata pairs first (identity keys stay).</summary>
    [JsonPropertyName("clear")]
    public bool ClearMetadata { get; set; }

    /// <summary>Commands: the version the sender expects, or null.</summary>
    [JsonPropertyName("ver"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpectedVersion { get; set; }

    /// <summary>Commands: why, in the words of the sender; for the history only.</summary>
    [JsonPropertyName("why"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Commands without a time are never superseded.</summary>
    [JsonPropertyName("now")]
    public bool NeverSuperseded { get; set; }

    /// <summary>The message may create a study if none is found: kind of control code, source setting, no cancel.</summary>
    [JsonPropertyName("new")]
    public bool MayCreate { get; set; }

    /// <summary>The organization a created study gets; null when none is configured.</summary>
    [JsonPropertyName("org"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrgIdAtCreation { get; set; }

    /// <summary>The organization of a new study was to be read from the message and none was found there.</summary>
    [JsonPropertyName("noorg")]
    public bool OrgNotFound { get; set; }

    /// <summary>Creation through the study API: kept with the study. Never waits, so it is not stored.</summary>
    [JsonIgnore]
    public string? ExpressCustomerId { get; init; }

    /// <summary>Writes through the study API only; null for messages. Never waits, so it is not stored.</summary>
    [JsonIgnore]
    public RequestTerms? Terms { get; init; }

    /// <summary>Number of the event in a subscription notification, or null.</summary>
    [JsonPropertyName("ev"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? EventNumber { get; set; }

    [JsonPropertyName("w")]
    public List<Notice> Warnings { get; init; } = [];

    /// <summary>The unit cannot be used at all; no look-up is made.</summary>
    [JsonPropertyName("rej"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Notice? Rejection { get; set; }

    /// <summary>The unit is deliberately not used: a reason of docs/mapping.md §1.3.</summary>
    [JsonIgnore]
    public string? IgnoredReason { get; set; }

    /// <summary>The units of the single groups that this one was combined of; null when it is one group, or was stored in between.</summary>
    [JsonIgnore]
    public IReadOnlyList<UnitUpdate>? Parts { get; init; }

    /// <summary>Correlation id of the delivery, for the events.</summary>
    [JsonPropertyName("cor"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CorrelationId { get; set; }

    [JsonPropertyName("cau"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CausationId { get; set; }

    [JsonIgnore]
    public string UnitKey => _unitKey ??= $"{MessageKey}#{Number}";

    /// <summary>All identities of the unit, the first one first.</summary>
    public IEnumerable<Identity> Identities() => FurtherIdentities is null ? [Identity] : [Identity, .. FurtherIdentities];

    /// <summary>Only what a placer's order says of its state: all that may reach several studies at once. docs/mapping.md §2.6.</summary>
    public UnitUpdate StatusPart()
    {
        var part = new UnitUpdate
        {
            Number = Number,
            Kind = Kind,
            SourceId = SourceId,
            MessageKey = MessageKey,
            MessageType = MessageType,
            Groups = Groups,
            Identity = new Identity { Placer = Identity.Placer },
            PatientKeys = PatientKeys,
            Clock = Clock,
            SourceTime = SourceTime,
            CorrelationId = CorrelationId,
            CausationId = CausationId,
            Procedures = [.. Procedures.Select(procedure => new ProcedureUpdate
            {
                Key = procedure.Key,
                Signal = procedure.Signal,
                SignalLocation = procedure.SignalLocation,
            })],
        };

        foreach (var key in (ReadOnlySpan<string>)["ris.orderStatus", "ris.statusReason"])
        {
            if (Metadata.TryGetValue(key, out var asserted))
            {
                part.Metadata.Add(key, asserted);
            }
        }

        return part;
    }

    /// <summary>Every look-up that deciding about this unit needs.</summary>
    public IEnumerable<LinkKey> LookupKeys()
    {
        foreach (var identity in Identities())
        {
            foreach (var (kind, value, _) in identity.Numbers())
            {
                yield return new LinkKey(kind, value);
            }
        }

        if (Kind is UnitKind.PatientUpdate)
        {
            foreach (var key in PatientKeys)
            {
                yield return new LinkKey(LinkKind.Patient, key.Value);
            }
        }

        foreach (var key in PriorPatientKeys ?? [])
        {
            yield return new LinkKey(LinkKind.Patient, key.Value);
        }
    }
}
