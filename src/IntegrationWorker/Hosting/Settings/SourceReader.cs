using System.Text.RegularExpressions;
using Hl7v2;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>Reads one source with its switches. docs/mapping.md §11.</summary>
internal static partial class SourceReader
{
    private const string Hl7v2 = "hl7v2";
    private const string Fhir = "fhir";
    private const string Command = "command";

    // The keys that are off by default. §3.8.
    private static readonly string[] _metadataKeys =
    [
        "patient.id", "patient.name", "patient.birthDate", "patient.sex", "visit.number", "ris.placerOrderNumber", "ris.fillerOrderNumber",
        "ris.orderingProvider", "ris.reasonForStudy", "ris.statusReasonText", "fhir.numberOfSeries", "fhir.numberOfInstances",
    ];

    // The first three are looked at in any case. §3.6.
    private static readonly string[] _assignmentPlaces = ["PRT", "ROL", "OBR-32", "OBR-33", "OBR-34", "ORC-19"];

    public static Source Read(SettingsReader settings)
    {
        var kind = settings.RequiredOneOf("kind", Hl7v2, Fhir, Command);
        var oru = settings.Object("oru");
        var fhir = settings.Object("fhir");
        var match = settings.Object("match");

        var source = new Source
        {
            SourceId = Id(settings),
            Kind = kind,
            SendingApplication = kind == Hl7v2 ? match.RequiredText("MSH-3", "Write the name this sender has in MSH-3.") : match.Text("MSH-3"),
            SendingFacility = match.Text("MSH-4"),
            Queue = settings.Text("queue"),
            BaseUrl = Address(settings),
            IsPlacer = settings.OneOf("role", "filler", "placer") == "placer",
            Authority = Authority(settings.RequiredOneOf("authority", _authorities)),
            AuthorityByField = AuthorityByField(settings),
            OrgIds = OrgIds(settings),
            OrgFields = OrgFields(settings),
            TimeZone = TimeZone(settings),
            DefaultCharset = Charset(settings),
            ProcessingIds = settings.List("processingIds") ?? ["P"],
            RejectUnsupported = settings.OneOf("onUnsupported", "ignore", "reject") == "reject",
            HoldsOnRejection = settings.OneOf("onRejected", "pass", "hold") == "hold",
            ExcludeSections = settings.List("excludeSections"),
            AllowCreate = settings.Flag("allowCreate"),
            UidIsAdvisory = settings.OneOf("uidTrust", "authoritative", "advisory") == "advisory",
            LenientUid = settings.Flag("lenientUid"),
            UidFields = Places(settings, "uidFields") ?? [],
            AccessionFields = Places(settings, "accessionFields") ?? ["IPC-1", "OBR-18"],
            AccessionIssuer = settings.Text("accessionIssuer"),
            FillerIssuer = settings.Text("fillerIssuer"),
            PlacerIssuer = settings.Text("placerIssuer"),
            PatientIssuer = settings.Text("patientIssuer"),
            PatientGuardWarns = settings.OneOf("patientGuard", "reject", "warn") == "warn",
            PlacerFanOut = settings.Flag("placerFanOut"),
            PlacerSeverityCompetes = settings.OneOf("placerSeverity", "keep", "compete") == "compete",
            PriorityCodes = PriorityCodes(settings),
            SeverityByPrecedence = settings.OneOf("severityConflict", "highest", "precedence") == "precedence",
            DescriptionFields = Places(settings, "descriptionFields") ?? ["OBR-44.2", "OBR-4.2", "OBR-4.5", "OBR-4.9"],
            OrderCompleteMeansRead = settings.Flag("orderCompleteMeansRead"),
            DiscontinueIsMetadata = settings.OneOf("dcPolicy", "cancel", "metadata") == "metadata",
            AssignmentFields = AssignmentFields(settings),
            UserAuthority = settings.Text("userAuthority"),
            ResultsEscalate = oru.OneOf("severity", "off", "escalate") == "escalate",
            ResultsAssign = oru.OneOf("assign", "off", "fill") == "fill",
            FhirAssigns = fhir.Flag("assign"),
            FhirOnDelete = fhir.OneOf("onDelete", "metadata", "cancel", "ignore"),
            FhirCreates = fhir.Flag("create"),
            AllowHandshake = settings.Flag("allowHandshake", usual: true),
            Subscriptions = settings.List("subscriptions") ?? [],
            MetadataKeys = MetadataKeys(settings),
            IgnoreNulls = settings.OneOf("nullSemantics", "delete", "ignore") == "ignore",
            Idempotency = Idempotency(settings),
            ReuseAfter = settings.Duration("reuseAfter", TimeSpan.FromHours(12)),
            FingerprintExclude = Places(settings, "fingerprintExclude") ?? [],
            ClockIsMessageTime = settings.OneOf("clock", "transaction", "message") == "message",
            MaxFutureSkew = settings.Duration("maxFutureSkew", TimeSpan.FromMinutes(10)),
        };

        FindContradictions(settings, kind);
        match.End();
        oru.End();
        fhir.End();
        settings.End();

        return source;
    }

    private static readonly string[] _authorities = ["operator", "ris", "ehr", "pacs"];

    // It stands in keys, in paths and in headers.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex SourceId();

    [GeneratedRegex("^org_[0-9a-f]{32}$", RegexOptions.CultureInvariant)]
    private static partial Regex OrgId();

    private static string Id(SettingsReader settings)
    {
        const string right = "Write letters, digits, dots, dashes and underscores, at most 64, unlike any other source.";
        var id = settings.RequiredText("sourceId", right);

        if (id.Length > 0 && !SourceId().IsMatch(id))
        {
            settings.Fault("sourceId", $"{id} cannot be used as an id.", right);
        }

        return id;
    }

    private static string? Address(SettingsReader settings)
    {
        var address = settings.Text("base");

        if (address is not null && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            settings.Fault("base", $"{address} is not a web address.", "Write https://… as the FHIR server is reached.");
        }

        return address?.TrimEnd('/');
    }

    private static Authority Authority(string text) => text switch
    {
        "operator" => Studies.Authority.Operator,
        "ris" => Studies.Authority.Ris,
        "ehr" => Studies.Authority.Ehr,
        _ => Studies.Authority.Pacs,
    };

    private static Dictionary<string, Authority> AuthorityByField(SettingsReader settings)
    {
        var byField = new Dictionary<string, Authority>(StringComparer.Ordinal);

        foreach (var (field, text) in settings.Map("authorityByField"))
        {
            if (!FieldNames.InEventOrder.Contains(field) && !field.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal))
            {
                settings.Fault($"authorityByField:{field}", "is not a field of a study.", $"{string.Join(", ", FieldNames.InEventOrder)} and metadata.… are.");
            }

            if (!_authorities.Contains(text))
            {
                settings.Fault($"authorityByField:{field}", $"{text} is not a class.", $"One of {string.Join(", ", _authorities)} is wanted.");
            }

            byField[field] = Authority(text);
        }

        return byField;
    }

    private static List<string> OrgIds(SettingsReader settings)
    {
        var orgIds = new List<string>();

        if (settings.Text("orgId") is { } orgId)
        {
            orgIds.Add(orgId);
        }

        orgIds.AddRange((settings.List("orgIds") ?? []).Where(id => !orgIds.Contains(id)));

        foreach (var id in orgIds.Where(id => !OrgId().IsMatch(id)))
        {
            settings.Fault("orgId", $"{id} is not the id of an organization.", "Write org_ and 32 hex digits, as in Orgs.");
        }

        return orgIds;
    }

    private static IReadOnlyList<string> OrgFields(SettingsReader settings)
    {
        string[] known = ["ORC-21", "PV1-3.4", "MSH-4"];
        var places = settings.List("orgFields") ?? [];

        foreach (var place in places.Where(place => !known.Contains(place)))
        {
            settings.Fault("orgFields", $"{place} is not looked at for an organization.", $"Known: {string.Join(", ", known)}.");
        }

        return places;
    }

    private static TimeZoneInfo TimeZone(SettingsReader settings)
    {
        var name = settings.Text("timezone");

        if (name is null)
        {
            return TimeZoneInfo.Utc;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }

        settings.Fault("timezone", $"{name} is not a time zone of this machine.", "Write an IANA name: Europe/Brussels. The machine needs the package tzdata.");
        return TimeZoneInfo.Utc;
    }

    private static string? Charset(SettingsReader settings)
    {
        var name = settings.Text("defaultCharset");

        if (name is not null && !Hl7Charset.TryGet(name, out _))
        {
            settings.Fault("defaultCharset", $"{name} is not a character set of HL7 table 0211.", "Write a name as it stands in MSH-18: 8859/1, UNICODE UTF-8.");
        }

        return name;
    }

    private static IReadOnlyList<string>? Places(SettingsReader settings, string name)
    {
        var places = settings.List(name);

        foreach (var place in (places ?? []).Where(place => !Hl7FieldAddress.TryParse(place, out _)))
        {
            settings.Fault(name, $"{place} is not a place in a message.", "Write segment, field and component: OBR-18 or OBR-44.2.");
        }

        return places;
    }

    private static Dictionary<string, Severity> PriorityCodes(SettingsReader settings)
    {
        var codes = new Dictionary<string, Severity>(StringComparer.OrdinalIgnoreCase);

        foreach (var (code, text) in settings.Map("priorityCodes"))
        {
            if (!Severities.TryParse(text, out var severity))
            {
                settings.Fault($"priorityCodes:{code}", $"{text} is not a severity.", "One of normal, high, stat is wanted.");
            }

            codes[code] = severity;
        }

        return codes;
    }

    private static List<string> AssignmentFields(SettingsReader settings)
    {
        var places = settings.List("assignmentFields") ?? [];

        foreach (var place in places.Where(place => !_assignmentPlaces.Contains(place)))
        {
            settings.Fault("assignmentFields", $"{place} is not looked at for a reader.", $"Known: {string.Join(", ", _assignmentPlaces)}.");
        }

        return [.. places.Where(place => !_assignmentPlaces.AsSpan(0, 3).Contains(place))];
    }

    private static Dictionary<string, string> MetadataKeys(SettingsReader settings)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);

        foreach (var entry in settings.Objects("metadataKeys"))
        {
            var key = entry.RequiredText("key", $"One of {string.Join(", ", _metadataKeys)} is wanted.");

            if (key.Length > 0 && !_metadataKeys.Contains(key))
            {
                entry.Fault("key", $"{key} cannot be switched on.", $"One of {string.Join(", ", _metadataKeys)} is wanted.");
            }

            keys[key] = entry.RequiredText("reason", "Write why this site keeps it: it goes on record.");
            entry.End();
        }

        return keys;
    }

    private static IdempotencyStrategy Idempotency(SettingsReader settings) =>
        settings.OneOf("idempotency", "control-id", "control-id+time", "content") switch
        {
            "control-id+time" => IdempotencyStrategy.ControlIdAndTime,
            "content" => IdempotencyStrategy.Content,
            _ => IdempotencyStrategy.ControlId,
        };

    private static void FindContradictions(SettingsReader settings, string kind)
    {
        IEnumerable<string> foreign = kind switch
        {
            Hl7v2 => _ofFhir,
            Fhir => _ofHl7,
            _ => [.. _ofFhir, .. _ofHl7],
        };

        foreach (var name in foreign.Where(settings.Has))
        {
            settings.Fault(name, $"has no meaning for a source of kind {kind}.", "Leave it out.");
        }
    }

    private static readonly string[] _ofFhir = ["base", "fhir", "allowHandshake", "subscriptions"];

    private static readonly string[] _ofHl7 =
    [
        "match", "role", "orgFields", "processingIds", "onUnsupported", "excludeSections", "uidFields", "accessionFields", "descriptionFields",
        "orderCompleteMeansRead", "dcPolicy", "assignmentFields", "oru", "idempotency", "reuseAfter", "fingerprintExclude", "clock",
        "defaultCharset", "nullSemantics", "placerFanOut", "placerSeverity", "severityConflict",
    ];
}
