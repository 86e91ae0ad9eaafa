namespace IntegrationWorker.Studies;

/// <summary>Everything of the configuration that decides about messages. Immutable; read by the pure code.</summary>
internal sealed class Rulebook
{
    private readonly Dictionary<string, Source> _sourcesById;
    private readonly Dictionary<(string, string), Source> _sourcesBySender;
    private readonly Dictionary<string, string> _canonicalIssuers = new(StringComparer.Ordinal);

    public Rulebook(
        IReadOnlyList<Source> sources,
        IReadOnlyList<IReadOnlyList<string>> issuerAliases,
        IReadOnlyList<User> users,
        IReadOnlyList<Org> orgs,
        IReadOnlyList<string> metadataPriority)
    {
        Sources = sources;
        Users = new UserDirectory(users);
        Orgs = orgs;
        MetadataPriority = metadataPriority.Count > 0 ? metadataPriority : DefaultMetadataPriority;
        _sourcesById = sources.ToDictionary(source => source.SourceId, StringComparer.Ordinal);
        _sourcesBySender = sources
            .Where(source => source.Kind == "hl7v2")
            .ToDictionary(source => (source.SendingApplication ?? "", source.SendingFacility ?? ""));

        HasHolds = sources.Any(source => source.HoldsOnRejection);
        HasDefaultCharsets = sources.Any(source => source.DefaultCharset is not null);

        foreach (var names in issuerAliases)
        {
            foreach (var name in names)
            {
                _canonicalIssuers[name] = names[0];
            }
        }
    }

    /// <summary>The order in which keys are taken when the map is full. docs/mapping.md §3.7.</summary>
    public static IReadOnlyList<string> DefaultMetadataPriority { get; } =
    [
        "ris.accessionNumber", "ris.orderStatus", "ris.resultStatus", "ris.modality", "ris.scheduledAt", "ris.procedureCode",
        "ris.requestedProcedureId", "ris.priorityCode", "ris.statusReason", "ris.stationAeTitle", "ris.appointmentStatus",
        "ris.documentStatus", "patient.class", "patient.location", "patient.facility", "fhir.id", "fhir.status", "fhir.modality",
        "fhir.started",
    ];

    public IReadOnlyList<Source> Sources { get; }

    /// <summary>Some source has a character set of its own for messages that name none.</summary>
    public bool HasDefaultCharsets { get; }

    /// <summary>With some source, messages wait behind a rejected one of their study.</summary>
    public bool HasHolds { get; }

    public UserDirectory Users { get; }

    public IReadOnlyList<Org> Orgs { get; }

    public IReadOnlyList<string> MetadataPriority { get; }

    /// <summary>The configured source, or null.</summary>
    public Source? FindSource(string sourceId) => _sourcesById.GetValueOrDefault(sourceId);

    /// <summary>The source that sends under these names (MSH-3, MSH-4), or null.</summary>
    public Source? FindSender(string application, string facility) => _sourcesBySender.GetValueOrDefault((application, facility));

    /// <summary>Two issuers are the same when they are spelt alike or are aliases. No issuer equals only no issuer.</summary>
    public bool IsSameIssuer(string? left, string? right) =>
        string.Equals(Canonical(left), Canonical(right), StringComparison.Ordinal);

    /// <summary>The first name of the alias list an issuer is in, else the issuer itself.</summary>
    public string? Canonical(string? issuer) =>
        issuer is not null && _canonicalIssuers.TryGetValue(issuer, out var canonical) ? canonical : issuer;

    /// <summary>The organization that one of its codes, its id or its name names, or null.</summary>
    public Org? FindOrg(string code) =>
        Orgs.FirstOrDefault(org => org.OrgId == code || org.Codes.Contains(code, StringComparer.Ordinal));
}
