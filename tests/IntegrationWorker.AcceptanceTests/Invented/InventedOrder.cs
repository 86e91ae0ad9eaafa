using System.Text;

namespace IntegrationWorker.AcceptanceTests.Invented;

/// <summary>An invented order message (ORM^O01) of the RIS of the examples. Every value can be changed with <c>with</c>.</summary>
internal sealed record InventedOrder
{
    private static int _number;

    /// <summary>Distinguishes everything about this order from every other one of the test run.</summary>
    public int Number { get; init; } = Interlocked.Increment(ref _number);

    /// <summary>MSH-10.</summary>
    public string ControlId { get; init; } = "";

    /// <summary>MSH-3.</summary>
    public string Sender { get; init; } = "NRIS";

    /// <summary>ORC-1.</summary>
    public string Control { get; init; } = "NW";

    /// <summary>ORC-5.</summary>
    public string Status { get; init; } = "SC";

    /// <summary>ORC-7.6.</summary>
    public string Priority { get; init; } = "R";

    public string Description { get; init; } = "CT Invented";

    /// <summary>OBR-25. Not empty: a result (ORU^R01), which names the study by its numbers only.</summary>
    public string ResultStatus { get; init; } = "";

    /// <summary>Minutes after the beginning of the invented day: both parts of the clock.</summary>
    public int Minute { get; init; }

    public string Uid => $"2.25.77700000{Number:D6}";

    public string Accession => $"INV{Number:D6}";

    public string Key => $"hl7/{Sender}/NORTH/{ControlIdOrUsual}";

    private bool IsResult => ResultStatus.Length > 0;

    private string ControlIdOrUsual => ControlId.Length > 0 ? ControlId : $"INV-{Number}-{Control}-{Priority}-{Minute}";

    private string Time => new DateTime(2026, 3, 2, 8, 0, 0).AddMinutes(Minute).ToString("yyyyMMddHHmmss") + "-0600";

    public string Text => string.Join(
        '\r',
        $"MSH|^~\\&|{Sender}|NORTH|STUDYWORKER|READING|{Time}||{(IsResult ? "ORU^R01" : "ORM^O01")}|{ControlIdOrUsual}|P|2.3.1||||||UNICODE UTF-8",
        $"PID|1||INVP{Number:D6}^^^NORTH^MR||EXAMPLE^INVENTED||19700101|F",
        $"ORC|{Control}|INVO{Number:D6}^EHR|INVF{Number:D6}^NRIS||{Status}||1^once^^^^{Priority}||{Time}",
        $"OBR|1|INVO{Number:D6}^EHR|INVF{Number:D6}^NRIS|INVCT^{Description}^NRIS||||||||||||||{Accession}||||||CT|{ResultStatus}",
        IsResult ? "" : $"ZDS|{Uid}^NRIS^Application^DICOM\r");

    public ReadOnlyMemory<byte> Bytes => Encoding.UTF8.GetBytes(Text);
}
