using IntegrationWorker.Contracts;

namespace IntegrationWorker.Mllp;

/// <summary>Which acknowledgement a message gets. HL7 v2.5.1 §2.9.2 (original mode), §2.9.3 (enhanced mode), table 0155.</summary>
/// <remarks>
/// At most one answer for a message, also where MSH-15 and MSH-16 both ask: what there is to say is known at once, and a sender
/// that counts answers would take a second one for that of its next message.
/// </remarks>
internal static class AckRule
{
    private static readonly string[] _conditions = ["AL", "NE", "ER", "SU"];

    /// <summary>The code for MSA-1; null when no answer is wanted.</summary>
    /// <param name="accept">MSH-15.</param>
    /// <param name="application">MSH-16.</param>
    public static string? CodeFor(string accept, string application, AckKind kind)
    {
        // What is not in the table is not a wish: shifted fields are common, and silence would be the wrong guess.
        var acceptIf = _conditions.Contains(accept) ? accept : "";
        var applicationIf = _conditions.Contains(application) ? application : "";

        if (acceptIf.Length + applicationIf.Length == 0)
        {
            return Code('A', kind);
        }

        return Wants(acceptIf, kind) ? Code('C', kind) : Wants(applicationIf, kind) ? Code('A', kind) : null;
    }

    /// <summary>How a rejection is answered: what cannot be read is rejected, everything else is an error in the content.</summary>
    public static AckKind KindOf(string code) =>
        code is Codes.NotHl7 or Codes.BadDelimiters or Codes.HeaderFieldEmpty or Codes.NotVersion2 ? AckKind.Reject : AckKind.Error;

    private static bool Wants(string condition, AckKind kind) => condition switch
    {
        "AL" => true,
        "ER" => kind != AckKind.Accept,
        "SU" => kind == AckKind.Accept,
        _ => false,
    };

    private static string Code(char mode, AckKind kind) => kind switch
    {
        AckKind.Accept => $"{mode}A",
        AckKind.Error => $"{mode}E",
        _ => $"{mode}R",
    };
}
