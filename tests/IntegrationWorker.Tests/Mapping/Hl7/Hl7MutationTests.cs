using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>Damaged messages: whatever happens to the bytes, reading gives an outcome and no exception.</summary>
public sealed class Hl7MutationTests
{
    private const int RoundsPerSample = 400;

    /// <summary>Bytes that mean something to the reader come up more often than others.</summary>
    private static readonly byte[] _telling = "|^~\\&\r\n\"\0\u001b$(BX.0123456789DEMSHOBRPIDZ"u8.ToArray();

    private static readonly Source _openSource = Hl7Sending.Ris with
    {
        ResultsAssign = true,
        ResultsEscalate = true,
        OrderCompleteMeansRead = true,
        LenientUid = true,
        OrgFields = ["ORC-21", "PV1-3.4", "MSH-4"],
        UidFields = ["OBR-20", "ZDS-1.1"],
        AssignmentFields = ["OBR-33", "OBR-34", "ORC-19"],
        MetadataKeys = new Dictionary<string, string> { ["patient.name"] = "for the test", ["patient.birthDate"] = "for the test" },
    };

    [Fact]
    public void GivenSamples_WhenTheirBytesAreChangedAtRandom_ThenReadingNeverThrows()
    {
        var rules = Hl7Sending.Rules(_openSource);

        foreach (var sample in Samples())
        {
            for (var seed = 0; seed < RoundsPerSample; seed++)
            {
                var body = Damage(sample, new Random(seed));

                var message = Hl7Reader.Read(Hl7Sending.Inbound(body), rules, Hl7Sending.Hash);

                Assert.NotEmpty(message.Parts);
                Assert.All(message.Parts, part => Assert.True(part.Rejection is not null || part.IgnoredReason is not null || part.Units.Count > 0));
            }
        }
    }

    [Fact]
    public void GivenSamples_WhenTheirSegmentsAreShuffled_ThenEveryGroupIsInExactlyOneUnit()
    {
        var rules = Hl7Sending.Rules(_openSource);

        foreach (var sample in Samples())
        {
            for (var seed = 0; seed < RoundsPerSample; seed++)
            {
                var body = Shuffle(sample, new Random(seed));

                foreach (var part in Hl7Reader.Read(Hl7Sending.Inbound(body), rules, Hl7Sending.Hash).Parts.Where(part => part.Units.Count > 0))
                {
                    var groups = part.Units.SelectMany(unit => unit.Groups).Order().ToList();

                    Assert.Equal(Enumerable.Range(1, groups.Count), groups);
                    Assert.All(part.Units, unit => Assert.Equal(unit.Groups[0], unit.Number));
                }
            }
        }
    }

    /// <summary>As many as a body can hold, in places where each is compared with the others: it must not take minutes.</summary>
    [Fact]
    public void GivenVeryManyRepetitions_WhenRead_ThenTheTimeGrowsWithTheirNumberOnly()
    {
        const int count = 400_000;
        var unknown = Repeat(count, "~", number => $"Z{number}");
        var known = Repeat(count, "~", number => $"TM{number}") + "~S";
        var people = Repeat(count, "~", number => $"P{number}");
        var uids = Repeat(count / 8, "\r", number => $"OBX|1|ST|113014||2.25.{number}");

        Assert.InRange(Hl7Sending.Order($"TQ1|1||||||||{unknown}").Warnings.Count, 1, 100);
        Assert.Equal("stat", Hl7Sending.Order($"TQ1|1||||||||{known}").Procedures.Single().Facts["severity"].Value);
        Assert.Equal(count, Hl7Sending.Unit(Hl7Sending.Ris, "ADT^A08", $"PID|1||{people}", "PV1|1|I").PatientKeys.Count);
        Assert.Equal("IDN-005", Hl7Sending.Order(uids).Rejection?.Code);
        Assert.Null(Hl7Sending.Order($"PRT|1|||PI|{people}").Assignment);
    }

    private static string Repeat(int count, string separator, Func<int, string> text) =>
        string.Join(separator, Enumerable.Range(0, count).Select(text));

    private static IEnumerable<byte[]> Samples()
    {
        yield return Hl7Sending.Message(
            "ORM^O01", "PID|1||P1^^^NORTH~P2||EXAMPLE^ALPHA||19700101|F", "PV1|1|I|4W^12^1^NORTH", "ORC|NW|P1^EHR|F1^RIS||SC||^^^20260303^^S||202603020930",
            "TQ1|1||||||202603031000||A^ASAP", "OBR|1|P1^EHR|F1^RIS|CTCH^CT \\T\\ Chest^RIS|R|||||||||||||A1|RP1|||||CT||||||||R1&EXAMPLE",
            "PRT|1|AD||EPRI|9000000001^^^^^^^^^^^^NPI", "ORC|XO||F2^RIS||CA", "OBR|2||F2^RIS|CTAB^CT Abdomen", "IPC|A1^NORTH|RP2|2.25.77|S1|CT||||CT1AE", "ZDS|2.25.77^RIS");
        yield return Hl7Sending.Message(
            "ORU^R01", "PID|1||P1", "ORC|RE||F1", "OBR|1||F1|R^Report|S|||||||||||||A1||||202603020930|||P|||||||R2^EXAMPLE", "OBX|1|ST|113014^Study Instance UID^DCM||2.25.7||||||F",
            "OBX|2|TX|X||Text \\.br\\ text||||||C", "PID|2||P2", "OBR|2||F2|||||||||||||||A2|||||||F");
        yield return Hl7Sending.Message("SIU^S13", "SCH|A|B|||||||||^^^20260303090000||||||||||||||Booked|P1^EHR|F1^RIS", "RGS|1|A", "AIS|1|A|CT|20260303090000", "AIS|2|D|CT|2026");
        yield return Hl7Sending.Message("MDM^T02", "EVN|T02|20260302", "PID|1||P1", "TXA|1|DI|TX||20260302||20260302|20260302093000||||D1||P1^EHR|F1^RIS||LA");
        yield return Hl7Sending.Message("ADT^A40", "EVN|A40|202603020930", "PID|1||P1^^^NORTH", "MRG|P0^^^NORTH", "PID|2||P3", "MRG|P2");
        yield return Hl7Sending.Message("ADT^A08", "EVN|A08|202603020930", "PID|1||P1^^^&1.2.3&ISO", "PV1|1|I|4W&X^12^1^NORTH&Y||||||||||||||||V1");
    }

    private static byte[] Damage(byte[] sample, Random random)
    {
        var bytes = new List<byte>(sample);

        for (var changes = random.Next(1, 12); changes > 0 && bytes.Count > 0; changes--)
        {
            // The first hundred bytes are the header: most damage goes behind it, or nothing else would be met.
            var place = random.Next(random.Next(8) == 0 || bytes.Count <= 100 ? 0 : 100, bytes.Count);
            var telling = _telling[random.Next(_telling.Length)];

            switch (random.Next(5))
            {
                case 0:
                    bytes[place] = telling;
                    break;
                case 1:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(place, telling);
                    break;
                case 3:
                    bytes.RemoveRange(place, Math.Min(random.Next(1, 20), bytes.Count - place));
                    break;
                default:
                    bytes.InsertRange(place, bytes.GetRange(place, Math.Min(random.Next(1, 40), bytes.Count - place)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Shuffle(byte[] sample, Random random)
    {
        var segments = System.Text.Encoding.ASCII.GetString(sample).Split('\r', StringSplitOptions.RemoveEmptyEntries);
        var rest = segments[1..];
        random.Shuffle(rest);

        return System.Text.Encoding.ASCII.GetBytes(string.Join('\r', [segments[0], .. rest]));
    }
}
