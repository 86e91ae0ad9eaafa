using System.Text;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>Invented messages of invented senders, read by <see cref="Hl7Reader"/>.</summary>
internal static class Hl7Sending
{
    public const string Uid = "2.25.1234567890";

    public static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 16, 0, 0, TimeSpan.Zero);

    public static readonly Source Ris = new()
    {
        SourceId = "ris",
        Kind = "hl7v2",
        SendingApplication = "RIS",
        SendingFacility = "NORTH",
        Authority = Authority.Ris,
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById("America/Chicago"),
        OrgIds = ["org_north"],
        AllowCreate = true,
        UserAuthority = "RIS",
    };

    public static readonly Source Ehr = Ris with { SourceId = "ehr", IsPlacer = true, AllowCreate = false };

    /// <summary>A reader with an id of the shape that the study API asks for.</summary>
    public const string ReaderWithAnId = "usr_0123456789abcdef0123456789abcdef";

    private static readonly User[] _users =
    [
        new()
        {
            UserId = "usr_one", Email = "reader.one@example.org", Npi = "9000000001",
            LocalIds = [new LocalId("RIS", "R1"), new LocalId("WEST", "W1")],
        },
        new() { UserId = "usr_two", Email = "reader.two@example.org", Npi = "9000000002", LocalIds = [new LocalId("RIS", "R2"), new LocalId("RIS", "BOTH")] },
        new() { UserId = "usr_three", Email = "reader.three@example.org", LocalIds = [new LocalId("RIS", "BOTH")] },
        new() { UserId = ReaderWithAnId, Email = "reader.four@example.org" },
        new() { UserId = "usr_gone", Email = "reader.gone@example.org", Npi = "9000000009", Active = false },
    ];

    private static readonly Org[] _orgs = [new("org_north", "North (example)", ["NORTH"]), new("org_west", "West (example)", ["WEST", "4711"])];

    public static Rulebook Rules(params Source[] sources) =>
        new(sources, [["NORTH", "2.16.840.1.113883.19.10"], ["RIS", "RIS-OLD"]], _users, _orgs, []);

    /// <summary>A readable stand-in for the keyed hash.</summary>
    public static string Hash(string value) => $"#{value}";

    public static InboundMessage Inbound(byte[] body) => new() { Door = Door.Hl7v2, Body = body, ReceivedAt = ReceivedAt };

    public static MappedMessage Read(Source source, string type, params string[] segments) =>
        Hl7Reader.Read(Inbound(Message(type, segments)), Rules(source), Hash);

    /// <summary>The part of a message with the usual header.</summary>
    public static MappedPart Part(Source source, string type, params string[] segments) => Read(source, type, segments).Parts.Single();

    /// <summary>The units of a message with the usual header.</summary>
    public static List<UnitUpdate> Units(Source source, string type, params string[] segments) => Part(source, type, segments).Units;

    /// <summary>The only unit of a message with the usual header.</summary>
    public static UnitUpdate Unit(Source source, string type, params string[] segments) => Units(source, type, segments).Single();

    /// <summary>The only unit of a RIS order: ORC|XO with status SC, OBR without priority, UID.</summary>
    public static UnitUpdate Order(params string[] further) =>
        Unit(Ris, "ORM^O01", ["PID|1||P1^^^NORTH", "ORC|XO||F1^RIS||SC", "OBR|1||F1^RIS|CTCH^CT Chest^RIS", $"ZDS|{Uid}", .. further]);

    /// <summary>A segment with these fields, the others empty.</summary>
    public static string Segment(string name, params (int Number, string Text)[] fields)
    {
        var texts = new string[fields.Max(field => field.Number) + 1];
        texts[0] = name;

        foreach (var (number, text) in fields)
        {
            texts[number] = text;
        }

        return string.Join('|', texts);
    }

    public static List<string> Codes(UnitUpdate unit) => [.. unit.Warnings.Select(warning => $"{warning.Code} {warning.Location}".Trim())];

    public static byte[] Message(string type, params string[] segments)
    {
        var header = $"MSH|^~\\&|RIS|NORTH|WORKER|HERE|20260302095500-0600||{type}|C1|P|2.5.1";
        return Encoding.UTF8.GetBytes(string.Join('\r', [header, .. segments, ""]));
    }
}
