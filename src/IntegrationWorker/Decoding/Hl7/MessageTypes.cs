using IntegrationWorker.Studies;

namespace IntegrationWorker.Decoding.Hl7;

/// <summary>What a message type and trigger are to the worker. docs/mapping.md §1.2, §1.3.</summary>
internal static class MessageTypes
{
    private static readonly HashSet<string> _responses = new(StringComparer.Ordinal)
    {
        "ACK", "MCF", "ORR", "ORG", "ORI", "ORL", "ORS", "ORN", "ORD", "ORP", "ORB", "RRE", "SRR", "RSP", "RTB",
    };

    private static readonly HashSet<string> _notImaging = new(StringComparer.Ordinal)
    {
        "OML", "OMS", "OMN", "OMD", "OMP", "OMB", "RDE", "RDS", "RAS", "OUL", "VXU",
    };

    /// <summary>The kind of unit, or the reason why the message is ignored.</summary>
    public static (UnitKind? Kind, string? Ignored) Classify(string type, string trigger)
    {
        if (_responses.Contains(type))
        {
            return (null, "response-message");
        }

        if (_notImaging.Contains(type) || (type == "ORU" && trigger is "R30" or "R31" or "R32" or "R40" or "R42"))
        {
            return (null, "not-imaging");
        }

        UnitKind? kind = (type, trigger) switch
        {
            ("ORM", "O01") or ("OMI", "O23") or ("OMG", "O19") => UnitKind.Order,
            ("ORU", "R01") => UnitKind.Result,
            ("MDM", "T02" or "T06" or "T08" or "T10") => UnitKind.Document,
            ("SIU", "S12" or "S13" or "S14" or "S15" or "S16" or "S17" or "S26") => UnitKind.Schedule,
            ("ADT", "A01" or "A02" or "A03" or "A04" or "A05" or "A06" or "A07" or "A08" or "A11" or "A12" or "A13" or "A28" or "A31"
                or "A38") => UnitKind.PatientUpdate,
            ("ADT", "A40" or "A47" or "A18" or "A34" or "A36") => UnitKind.PatientMerge,
            _ => null,
        };

        return kind is not null ? (kind, null)
            : type is "ORM" or "OMI" or "OMG" or "ORU" or "MDM" or "SIU" or "ADT" ? (null, "unsupported-trigger")
            : (null, "unsupported-type");
    }

    /// <summary>These move records between patients: our links may be out of date, so somebody has to hear of it.</summary>
    public static bool MovesRecords(string type, string trigger) => type == "ADT" && trigger is "A43" or "A44" or "A45";
}
