using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>MDM: TXA-17 → result of the procedure; the text of the document is not read. docs/mapping.md §3.4, table 0271.</summary>
internal static class DocumentUnit
{
    private const string Location = "TXA-17";

    public static UnitUpdate Map(UnitStart start)
    {
        var reader = start.WholeReader();
        var unit = start.Begin(reader, UnitKind.Document);
        SingleStudyRule.Map(reader, unit, filler: new("TXA", 15), placer: new("TXA", 14));

        if (reader.Value(MetadataKeys.DocumentStatus, new Hl7FieldAddress("TXA", 17)) is not { } status)
        {
            unit.IgnoredReason ??= "nothing-asserted";
            return unit;
        }

        unit.Metadata[MetadataKeys.DocumentStatus] = status;

        if (ResultOf(reader, status.Value) is { } result)
        {
            var procedure = new ProcedureUpdate { Key = ProcedureKeyRule.Map(reader, unit.Identity) };
            procedure.Facts[ProcedureFacts.Result] = new Asserted(result, Location);
            unit.Procedures.Add(procedure);
        }

        return unit;
    }

    private static string? ResultOf(GroupReader reader, string? status)
    {
        switch (status)
        {
            case null:
                return null;
            case "LA" or "AU":
                return ProcedureFacts.Final;
            case "DI" or "DO" or "IN" or "IP" or "PA":
                return ProcedureFacts.Preliminary;
            default:
                reader.Warn(Notice.Of(Codes.UnknownCode, "location", Location, "value", status));
                return null;
        }
    }
}
