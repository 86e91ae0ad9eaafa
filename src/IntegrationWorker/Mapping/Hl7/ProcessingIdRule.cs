using IntegrationWorker.Decoding.Hl7;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>MSH-11: training, debugging and validation messages are not for patients. docs/mapping.md §1.1, table 0103.</summary>
internal static class ProcessingIdRule
{
    private const string Production = "P";

    public static bool IsAccepted(Hl7Envelope envelope)
    {
        var id = envelope.Message[0][11].Component(1).ToText().Trim();

        return envelope.Source.ProcessingIds.Contains(id.Length > 0 ? id : Production, StringComparer.Ordinal);
    }
}
