using Hl7v2;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Filler order number, else requested procedure id, else placer order number, else the number of the group. docs/mapping.md §3.1.</summary>
internal static class ProcedureKeyRule
{
    public static string Map(GroupReader reader, Identity identity)
    {
        if (identity.Filler is { } filler)
        {
            return Key(reader, "filler", filler);
        }

        var requested = RequestedProcedureId(reader);

        if (requested?.Value is { } id)
        {
            return $"rp:{id}";
        }

        return identity.Placer is { } placer ? Key(reader, "placer", placer) : $"group:{reader.Group.Number}";
    }

    /// <summary>IPC-2.1, else OBR-19.</summary>
    public static Asserted? RequestedProcedureId(GroupReader reader) =>
        reader.Value(ProcedureFacts.RequestedProcedureId, new Hl7FieldAddress("IPC", 2, 1), new Hl7FieldAddress("OBR", 19));

    /// <summary>With the first name of the issuer's aliases: the same number under another name is the same procedure.</summary>
    private static string Key(GroupReader reader, string kind, Identifier number) =>
        reader.Rules.Canonical(number.Issuer) is { } issuer ? $"{kind}:{number.Value}^{issuer}" : $"{kind}:{number.Value}";
}
