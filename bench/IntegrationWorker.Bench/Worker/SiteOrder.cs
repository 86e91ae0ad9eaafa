using System.Globalization;
using System.Text;

namespace IntegrationWorker.Bench.Worker;

/// <summary>Orders of an invented department, some 750 bytes each; the configuration of the worked examples knows their sender.</summary>
internal static class SiteOrder
{
    private static readonly DateTime _day = new(2026, 3, 2, 8, 0, 0);

    /// <summary>The first order for a study: creates it.</summary>
    public static ReadOnlyMemory<byte> First(int study) => Bytes(study, 0, "NW");

    /// <summary>A later order for a study. Each step changes the description of the procedure, and with it the study.</summary>
    /// <param name="step">1 and up; a later step has a later time.</param>
    public static ReadOnlyMemory<byte> Change(int study, int step) => Bytes(study, step, "XO");

    /// <summary>Orders for studies in turn, so that two about the same study are as far apart as can be.</summary>
    /// <param name="firstStep">Above every step that was sent before.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Changes(int messages, int studies, int firstStep) =>
        Enumerable.Range(0, messages).Select(i => Change(i % studies, firstStep + (i / studies)));

    public static string Accession(int study) => $"BEN{study:D7}";

    private static byte[] Bytes(int study, int step, string control)
    {
        var at = _day.AddSeconds(step).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + "-0600";
        return Encoding.UTF8.GetBytes(string.Join('\r', (string[])
        [
            $@"MSH|^~\&|NRIS|NORTH|STUDYWORKER|READING|{at}||ORM^O01^ORM_O01|B{study:D7}-{step}|P|2.5.1|||||USA|UNICODE UTF-8",
            $"PID|1||BENP{study:D7}^^^NORTH^MR||EXAMPLE^ALPHA^Q||19700101|F",
            "PV1|1|I|4W^12^1^NORTH||||9000000002^SAMPLE^BETA^^^^^^NPI||||||||||||V-EX-77",
            $"ORC|{control}|BENO{study:D7}^EHR|BENF{study:D7}^NRIS||SC||^^^20260303101500-0600^^R||{at}|||9000000003^SAMPLE^GAMMA",
            "TQ1|1||||||20260303101500-0600||R^Routine^HL70485",
            $@"OBR|1|BENO{study:D7}^EHR|BENF{study:D7}^NRIS|CTCHEST^CT Chest \T\ Abdomen, variant {step}^NRIS|R|||||||||||9000000003^SAMPLE^GAMMA||{Accession(study)}|EX-RP-{study:D7}|||||CT",
            $"IPC|{Accession(study)}^NORTH|EX-RP-{study:D7}|2.25.88800000{study:D7}|EX-SPS-1|CT|||NORTHROOM|CT1AE",
            $"ZDS|2.25.88800000{study:D7}^NRIS^Application^DICOM",
            "",
        ]));
    }
}
