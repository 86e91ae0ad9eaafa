using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping;

/// <summary>Priority codes of HL7 tables 0485 and 0027, of DICOM (0040,1003) and those that are in use beside them. docs/mapping.md §3.2.</summary>
internal static class PriorityCodes
{
    /// <summary>An unknown code is never made <c>normal</c>: that would silently take urgency away.</summary>
    public static bool TryMap(string code, IReadOnlyDictionary<string, Severity> own, out Severity severity)
    {
        if (own.Count > 0)
        {
            foreach (var (name, value) in own)
            {
                if (string.Equals(name, code, StringComparison.OrdinalIgnoreCase))
                {
                    severity = value;
                    return true;
                }
            }
        }

        var upper = code.ToUpperInvariant();

        switch (upper)
        {
            case "S" or "STAT" or "E" or "EMERGENCY" or "EMERGENT" or "IMMEDIATE":
                severity = Severity.Stat;
                return true;
            case "A" or "P" or "C" or "T" or "ASAP" or "PREOP" or "CALLBACK" or "U" or "URGENT" or "H" or "HIGH":
                severity = Severity.High;
                return true;
            case "R" or "PRN" or "ROUTINE" or "N" or "NORMAL" or "L" or "LOW" or "MEDIUM":
                severity = Severity.Normal;
                return true;
            default:
                severity = Severity.High;
                return IsTimingCritical(upper);
        }
    }

    /// <summary>T‹unit›‹n›: timing critical, requested within n units (TS30, TM15, TH2, TD1, TW1, TL1).</summary>
    private static bool IsTimingCritical(string code) =>
        code.Length >= 3 && code[0] == 'T' && "SMHDWL".Contains(code[1], StringComparison.Ordinal) && !code.AsSpan(2).ContainsAnyExceptInRange('0', '9');
}
