using System.Text;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Bench;

/// <summary>An order as a department sends it, some 750 bytes; all of it invented.</summary>
internal static class InventedOrder
{
    public static readonly byte[] Body = Encoding.UTF8.GetBytes(string.Join('\r', (string[])
    [
        @"MSH|^~\&|RIS|NORTH|WORKER|HERE|20260302095500-0600||ORM^O01^ORM_O01|EX000017|P|2.5.1|||||USA|UNICODE UTF-8",
        "PID|1||EX-P-1001^^^NORTH^MR||EXAMPLE^ALPHA^Q||19700101|F",
        "PV1|1|I|4W^12^1^NORTH||||9000000002^SAMPLE^BETA^^^^^^NPI||||||||||||V-EX-77",
        @"ORC|XO|EX-PL-5001^EHR|EX-FI-5001^RIS||SC||^^^20260303101500-0600^^R||20260302095400-0600|||9000000003^SAMPLE^GAMMA",
        "TQ1|1||||||20260303101500-0600||R^Routine^HL70485",
        @"OBR|1|EX-PL-5001^EHR|EX-FI-5001^RIS|CTCHEST^CT Chest \T\ Abdomen with contrast^RIS|R|||||||||||9000000003^SAMPLE^GAMMA||EX-A-5001|EX-RP-5001|||||CT||||||||9000000001&READER&ONE",
        "IPC|EX-A-5001^NORTH|EX-RP-5001|2.25.170141183460469231731687303715884105727|EX-SPS-1|CT|||NORTHROOM|CT1AE",
        "ZDS|2.25.170141183460469231731687303715884105727^RIS^Application^DICOM",
        "",
    ]));

    public static readonly Rulebook Rules = new(
        [
            new Source
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
            },
        ],
        [["NORTH", "2.16.840.1.113883.19.10"]],
        [new User { UserId = "usr_one", Email = "reader.one@example.org", Npi = "9000000001", LocalIds = [new LocalId("RIS", "9000000001")] }],
        [new Studies.Org("org_north", "North (example)", ["NORTH"])],
        []);

    public static InboundMessage Inbound { get; } = new()
    {
        Door = Door.Hl7v2,
        Body = Body,
        ReceivedAt = new DateTimeOffset(2026, 3, 2, 16, 0, 0, TimeSpan.Zero),
    };
}
