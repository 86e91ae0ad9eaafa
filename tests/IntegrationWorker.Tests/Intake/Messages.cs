using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Mapping.Hl7;

namespace IntegrationWorker.Tests.Intake;

/// <summary>Invented messages of invented senders, short enough to be read in a test.</summary>
internal static class Messages
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static readonly Source Ris = Hl7Sending.Ris with { TimeZone = TimeZoneInfo.Utc, Subscriptions = [] };

    /// <summary>A second filler with the same rules, for what two equal sources do to each other.</summary>
    public static readonly Source OtherRis = Ris with { SourceId = "ris-2", SendingApplication = "RIS2" };

    public static readonly Source Ehr = Ris with
    {
        SourceId = "ehr", SendingApplication = "EHR", Authority = Authority.Ehr, IsPlacer = true, AllowCreate = false, PlacerFanOut = true,
    };

    /// <summary>Another house: it may not touch the studies of the first.</summary>
    public static readonly Source West = Ris with { SourceId = "ris-west", SendingApplication = "WRIS", SendingFacility = "WEST", OrgIds = ["org_west"] };

    public static readonly Source Pacs = new()
    {
        SourceId = "pacs", Kind = "fhir", Authority = Authority.Pacs, OrgIds = ["org_north"], BaseUrl = "https://fhir.example.org/r4",
        Subscriptions = ["sub-1"],
    };

    public static readonly Source Console = new() { SourceId = "console", Kind = "command", Authority = Authority.Operator };

    /// <summary>A command source of the rank of a feed.</summary>
    public static readonly Source Tool = Console with { SourceId = "tool", Authority = Authority.Ris };

    public static readonly Source[] Sources = [Ris, OtherRis, Ehr, West, Pacs, Console, Tool];

    public static string Uid(int study) => $"2.25.{1000 + study}";

    /// <summary>The key of an HL7 message of <see cref="Ris"/>.</summary>
    public static string KeyOf(string controlId) => $"hl7/RIS/NORTH/{controlId}";

    /// <param name="minute">Time of the message, and of receipt, in minutes after 06:00 UTC.</param>
    public static InboundMessage V2(string controlId, int minute, string type, params string[] segments) =>
        V2From(Ris, controlId, minute, type, segments);

    public static InboundMessage V2From(Source source, string controlId, int minute, string type, params string[] segments)
    {
        var header = $"MSH|^~\\&|{source.SendingApplication}|{source.SendingFacility}|WORKER|HERE|{At(minute)}||{type}|{controlId}|P|2.5.1";

        return new InboundMessage
        {
            Door = Door.Hl7v2,
            Body = Encoding.UTF8.GetBytes(string.Join('\r', [header, .. segments, ""])),
            ReceivedAt = Instant(minute),
        };
    }

    /// <summary>An order of one group, as the filler sends it.</summary>
    public static InboundMessage Order(
        string controlId,
        int minute,
        string control = "XO/SC",
        string? uid = null,
        string? accession = null,
        string? filler = "F1^RIS",
        string? placer = null,
        string? patient = "P1",
        string? description = null,
        string? priority = null,
        Source? source = null,
        string? clock = null) =>
        V2From(source ?? Ris, controlId, minute, "ORM^O01", [.. OrderSegments(
            control, uid, accession, filler, placer, patient, description, priority, clock ?? At(minute))]);

    public static IEnumerable<string> OrderSegments(
        string control, string? uid, string? accession, string? filler, string? placer, string? patient, string? description, string? priority,
        string clock)
    {
        if (patient is not null)
        {
            yield return $"PID|1||{patient}^^^NORTH";
        }

        var (code, status) = Split(control);
        yield return Hl7Sending.Segment("ORC", (1, code), (2, placer ?? ""), (3, filler ?? ""), (5, status), (9, clock));
        yield return Hl7Sending.Segment(
            "OBR", (1, "1"), (2, placer ?? ""), (3, filler ?? ""), (4, description is null ? "" : $"X^{description}^RIS"), (5, priority ?? ""),
            (18, accession ?? ""));

        if (uid is not null)
        {
            yield return $"ZDS|{uid}^RIS^Application^DICOM";
        }
    }

    /// <summary>An order that creates study <paramref name="study"/> with filler F‹study› and accession number A‹study›.</summary>
    public static InboundMessage NewOrder(
        string controlId, int minute, int study, string patient = "P1", string? description = null, string? priority = "R", string? filler = null,
        string? accession = null, string? placer = null) =>
        Order(
            controlId, minute, "NW/SC", Uid(study), accession ?? $"A{study}", filler ?? $"F{study}^RIS", placer, patient, description ?? $"CT {study}",
            priority);

    /// <summary>A result by filler number.</summary>
    public static InboundMessage Result(
        string controlId, int minute, string status, string? filler = "F1^RIS", string? uid = null, string? accession = null, string? patient = "P1")
    {
        List<string> segments = patient is null ? [] : [$"PID|1||{patient}^^^NORTH"];
        segments.Add(Hl7Sending.Segment("ORC", (1, "RE"), (3, filler ?? "")));
        segments.Add(Hl7Sending.Segment("OBR", (1, "1"), (3, filler ?? ""), (4, "R^Report^LN"), (18, accession ?? ""), (22, At(minute)), (25, status)));

        if (uid is not null)
        {
            segments.Add($"OBX|1|ST|113014^DICOM Study^DCM||{uid}||||||O");
        }

        return V2(controlId, minute, "ORU^R01", [.. segments]);
    }

    public static InboundMessage Appointment(string controlId, int minute, string trigger, string filler) =>
        V2(controlId, minute, $"SIU^{trigger}^SIU_S12", Hl7Sending.Segment("SCH", (1, "A1^RIS"), (27, filler)), "PID|1||P1^^^NORTH", "RGS|1|U",
            "AIS|1|U|X^CT^RIS|20260304090000+0000");

    public static InboundMessage Document(string controlId, int minute, string filler) =>
        V2(controlId, minute, "MDM^T02^MDM_T02", $"EVN|T02|{At(minute)}", "PID|1||P1^^^NORTH", "PV1|1|O",
            Hl7Sending.Segment("TXA", (1, "1"), (6, At(minute)), (15, filler), (17, "AU")));

    public static InboundMessage PatientUpdate(string controlId, int minute, string patient, string unit, string? visit = null) =>
        V2(controlId, minute, "ADT^A02", $"EVN|A02|{At(minute)}", $"PID|1||{patient}^^^NORTH",
            Hl7Sending.Segment("PV1", (1, "1"), (2, "I"), (3, $"{unit}^1^1^NORTH"), (19, visit ?? "")));

    public static InboundMessage Merge(string controlId, int minute, string patient, string prior) =>
        V2(controlId, minute, "ADT^A40^ADT_A39", $"EVN|A40|{At(minute)}", $"PID|1||{patient}^^^NORTH", $"MRG|{prior}^^^NORTH");

    /// <param name="study">The member <c>study</c> of the command, for example <c>{"studyInstanceUid":"…"}</c>.</param>
    public static InboundMessage Command(
        string id, int minute, string study, string operation, string? patch = null, Source? source = null, long? expectedVersion = null)
    {
        var data = new JsonObject { ["study"] = JsonNode.Parse(study), ["operation"] = operation };

        if (patch is not null)
        {
            data["patch"] = JsonNode.Parse(patch);
        }

        if (expectedVersion is { } version)
        {
            data["expectedVersion"] = version;
        }

        var envelope = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = id,
            ["source"] = "urn:example:tests",
            ["type"] = "study.update.requested.v1",
            ["time"] = Text(Instant(minute)),
            ["data"] = data,
        };

        return Json(Door.Command, minute, source ?? Console, envelope);
    }

    public static string ByUid(string uid) => $$"""{"studyInstanceUid":"{{uid}}"}""";

    public static InboundMessage Resource(string id, int version, int minute, string status, string? uid, string? accession = null) =>
        Json(Door.Fhir, minute, Pacs, ResourceBody(id, version, minute, status, uid, accession), ("fhir-interaction", "update"));

    public static InboundMessage Delete(string id, int minute) =>
        new()
        {
            Door = Door.Fhir,
            Body = default,
            SourceId = Pacs.SourceId,
            ReceivedAt = Instant(minute),
            Headers = new Dictionary<string, string>
            {
                ["fhir-interaction"] = "delete",
                ["fhir-url"] = $"ImagingStudy/{id}",
                ["fhir-time"] = Text(Instant(minute)),
            },
        };

    /// <summary>A topic-based notification with one event per resource, numbered from <paramref name="firstEvent"/>.</summary>
    public static InboundMessage Notification(
        string subscription, string type, int minute, long eventsSince, long firstEvent = 0, params JsonObject[] resources)
    {
        var parameters = new JsonArray
        {
            Parameter("subscription", "valueReference", new JsonObject { ["reference"] = $"https://fhir.example.org/r4/Subscription/{subscription}" }),
            Parameter("status", "valueCode", "active"),
            Parameter("type", "valueCode", type),
            Parameter("events-since-subscription-start", "valueString", eventsSince.ToString(CultureInfo.InvariantCulture)),
        };
        var entries = new JsonArray();

        for (var i = 0; i < resources.Length; i++)
        {
            var url = $"https://fhir.example.org/r4/ImagingStudy/{resources[i]["id"]}";
            parameters.Add(new JsonObject
            {
                ["name"] = "notification-event",
                ["part"] = new JsonArray
                {
                    Parameter("event-number", "valueString", (firstEvent + i).ToString(CultureInfo.InvariantCulture)),
                    Parameter("focus", "valueReference", new JsonObject { ["reference"] = url }),
                },
            });
            entries.Add(new JsonObject { ["fullUrl"] = url, ["resource"] = resources[i], ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = url } });
        }

        entries.Insert(0, new JsonObject
        {
            ["fullUrl"] = "urn:uuid:0b9d3c3a-5a2e-4c0e-8f57-db87cee52504",
            ["resource"] = new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = parameters },
        });

        return Json(
            Door.Fhir, minute, Pacs, new JsonObject { ["resourceType"] = "Bundle", ["type"] = "history", ["entry"] = entries },
            ("fhir-interaction", "notify"));
    }

    public static JsonObject ResourceBody(string id, int version, int minute, string status, string? uid, string? accession = null)
    {
        var identifiers = new JsonArray();

        if (uid is not null)
        {
            identifiers.Add(new JsonObject { ["system"] = "urn:dicom:uid", ["value"] = $"urn:oid:{uid}" });
        }

        if (accession is not null)
        {
            identifiers.Add(new JsonObject
            {
                ["type"] = new JsonObject { ["coding"] = new JsonArray { new JsonObject { ["code"] = "ACSN" } } },
                ["system"] = "NORTH",
                ["value"] = accession,
            });
        }

        return new JsonObject
        {
            ["resourceType"] = "ImagingStudy",
            ["id"] = id,
            ["meta"] = new JsonObject { ["versionId"] = version.ToString(CultureInfo.InvariantCulture), ["lastUpdated"] = Text(Instant(minute)) },
            ["identifier"] = identifiers,
            ["status"] = status,
            ["modality"] = new JsonArray { new JsonObject { ["code"] = "CT" } },
            ["subject"] = new JsonObject { ["reference"] = "Patient/example" },
        };
    }

    /// <summary>The same body again, as a deliberate replay.</summary>
    public static InboundMessage Replayed(InboundMessage message) => message with { ReplayId = "rpl_test" };

    public static DateTimeOffset Instant(int minute) => Noon.AddHours(-6).AddMinutes(minute);

    public static string At(int minute) => Instant(minute).ToString("yyyyMMddHHmmss'+0000'", CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static (string Code, string Status) Split(string control) =>
        control.Split('/') is [var code, var status] ? (code, status) : (control, "");

    private static JsonObject Parameter(string name, string type, JsonNode value) => new() { ["name"] = name, [type] = value };

    private static InboundMessage Json(Door door, int minute, Source source, JsonObject body, params (string Name, string Value)[] headers) => new()
    {
        Door = door,
        Body = Encoding.UTF8.GetBytes(body.ToJsonString()),
        SourceId = source.SourceId,
        ReceivedAt = Instant(minute),
        Headers = headers.ToDictionary(header => header.Name, header => header.Value),
    };
}
