namespace IntegrationWorker.Mapping.Hl7;

/// <summary>OBR-24 of a laboratory or a pharmacy: the group is not about images. docs/mapping.md §1.3, table 0074.</summary>
internal static class SectionRule
{
    // PT, RT and SR are in table 0074 too, but mean something else in DICOM.
    private static readonly HashSet<string> _default = new(StringComparer.Ordinal)
    {
        "BG", "BLB", "CG", "CH", "CP", "GE", "HM", "IMM", "LAB", "MB", "MCB", "MYC", "OSL", "PAR", "PAT", "PHR", "SP", "TX", "URN", "VR",
    };

    public static bool IsExcluded(GroupReader reader)
    {
        if (reader.Group.Obr.IsAbsent)
        {
            return false;
        }

        var section = reader.Code(reader.Group.Obr[24]);

        return section.Length > 0
            && (reader.Source.ExcludeSections is { } own ? own.Contains(section, StringComparer.Ordinal) : _default.Contains(section));
    }
}
