using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>IPC-5.1, else OBR-24 if it is a DICOM modality. docs/mapping.md §3.8; PS3.3 C.7.3.1.1.1.</summary>
internal static class ModalityRule
{
    private static readonly HashSet<string> _modalities = new(StringComparer.Ordinal)
    {
        "BMD", "CR", "CT", "DX", "ECG", "ES", "IO", "IVUS", "MG", "MR", "NM", "OCT", "OP", "OPT", "OT", "PT", "PX", "RF", "RTIMAGE", "SM",
        "US", "XA", "XC",
    };

    public static void Map(GroupReader reader, ProcedureUpdate procedure)
    {
        string? nullAt = null;

        foreach (var index in reader.Group.Others)
        {
            var segment = reader.Message[index];

            if (!segment.Is("IPC"))
            {
                continue;
            }

            var modality = reader.Text(segment[5].Component(1));

            if (modality.Length > 0 && MetadataLimits.Fit(ProcedureFacts.Modality, modality, reader.Warnings) is { } value)
            {
                procedure.Facts[ProcedureFacts.Modality] = new Asserted(value, "IPC-5");
                return;
            }

            nullAt ??= reader.IsNull(segment[5]) ? "IPC-5" : null;
        }

        var section = reader.Group.Obr.IsAbsent ? default : reader.Group.Obr[24];
        var code = reader.Code(section);

        if (_modalities.Contains(code))
        {
            procedure.Facts[ProcedureFacts.Modality] = new Asserted(code, "OBR-24");
        }
        else if ((nullAt ?? (reader.IsNull(section) ? "OBR-24" : null)) is { } location)
        {
            procedure.Facts[ProcedureFacts.Modality] = new Asserted(null, location);
        }
    }
}
