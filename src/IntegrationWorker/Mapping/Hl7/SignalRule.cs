using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>ORC-1 and ORC-5 → what the group wants of its procedure, and the order status. docs/mapping.md §3.5, tables 0119 and 0038.</summary>
internal sealed class SignalRule
{
    public Signal Signal { get; private set; }

    /// <summary>Where the signal was read: the control code, or the status that decides for it.</summary>
    public string Location { get; private set; } = "ORC-1";

    /// <summary>The control code only tells numbers: NA, OK, NR, RR, PR.</summary>
    public bool LinksOnly { get; private set; }

    /// <summary>A reason why the group is not used; null when it is.</summary>
    public string? Ignored { get; private set; }

    /// <summary>What <c>ris.orderStatus</c> becomes: ORC-5 as sent, else what the control code stands for. Null when neither says.</summary>
    public Asserted? OrderStatus { get; private set; }

    /// <summary>The control code may create a study: NW, SN, RO, XO.</summary>
    public bool MayCreate { get; private set; }

    /// <summary>The control code announces a new order, so PV1 belongs to it: NW, SN, RO.</summary>
    public bool IsNew { get; private set; }

    public static SignalRule Map(GroupReader reader)
    {
        var rule = new SignalRule();
        var orc = reader.Group.Orc;

        if (!orc.IsAbsent)
        {
            rule.Read(reader, reader.Code(orc[1]), orc[5].Component(1).HasValue ? reader.Code(orc[5]) : "", reader.IsNull(orc[5]));
        }

        return rule;
    }

    private void Read(GroupReader reader, string control, string status, bool statusIsNull)
    {
        var isPlacer = reader.Source.IsPlacer;
        MayCreate = control is "NW" or "SN" or "RO" or "XO";
        IsNew = control is "NW" or "SN" or "RO";
        var stands = ""; // The order status that the control code stands for.

        switch (control)
        {
            case "UA" or "UC" or "UD" or "UF" or "UH" or "UM" or "UR" or "UX" or "DE":
                Ignored = "negative-response";
                return;
            case "AF" or "CP" or "DF" or "FU" or "LI" or "MC" or "OF" or "OP" or "PA" or "PY" or "RA" or "RC" or "RD" or "RF" or "SQ" or "SS"
                or "SU" or "UN":
                Ignored = "not-applicable-control";
                return;
            case "CA" or "DC" or "RL" or "HD" or "RP" when isPlacer:
                Ignored = "request-not-confirmed";
                return;
            case "CA":
                (Signal, stands) = (Signal.Cancel, "CA");
                break;
            case "DC":
                (Signal, stands) = (reader.Source.DiscontinueIsMetadata ? Signal.None : Signal.Cancel, "DC");
                break;
            case "OC" or "CR":
                (Signal, stands) = (Signal.Cancel, "CA");
                break;
            case "OD" or "DR":
                (Signal, stands) = (Signal.Cancel, "DC");
                break;
            case "RU" or "RQ":
                (Signal, stands) = (Signal.Cancel, "RP");
                break;
            case "HD" or "HR" or "OH":
                (Signal, stands) = (Signal.Hold, "HD");
                break;
            case "NA" or "OK" or "NR" or "RR" or "PR":
                LinksOnly = true;
                break;
            case "RP":
                break;
            case "NW" or "SN" or "RO":
                Signal = OfNewOrder(reader, control, status);
                Location = Signal == Signal.Active ? "ORC-1" : "ORC-5";
                break;
            case "XO" or "XX" or "XR" or "SC" or "SR" or "CH" or "OE" or "OR" or "RL" or "RE" or "CN" or "":
                (Signal, Location) = (OfStatus(status), "ORC-5");
                break;
            default:
                reader.Warn(Notice.Of(Codes.UnknownCode, "location", "ORC-1", "value", control));
                break;
        }

        WarnOfUnknownStatus(reader, status);

        if (Signal == Signal.Cancel && stands.Length > 0 && OfStatus(status) == Signal.Active)
        {
            // The control counts; the status that contradicts it is not kept.
            reader.Warn(Notice.Of(Codes.ControlAndStatusDisagree, "control", control, "status", status));
            status = "";
        }

        OrderStatus = status.Length > 0 ? new Asserted(status, "ORC-5")
            : stands.Length > 0 ? new Asserted(stands, "ORC-1")
            : statusIsNull ? new Asserted(null, "ORC-5")
            : null;

        if (Signal == Signal.Active && (isPlacer || reader.Envelope.Type == "ORU"))
        {
            Signal = Signal.None; // Only the department knows whether the examination takes place.
        }
    }

    private static Signal OfNewOrder(GroupReader reader, string control, string status)
    {
        if (status is "CA" or "DC" or "RP")
        {
            reader.Warn(Notice.Of(Codes.ControlAndStatusDisagree, "control", control, "status", status));
            return Signal.Cancel;
        }

        return status == "HD" ? Signal.Hold : Signal.Active;
    }

    private static Signal OfStatus(string status) => status switch
    {
        "SC" or "IP" or "A" or "CM" => Signal.Active,
        "CA" or "DC" or "RP" => Signal.Cancel,
        "HD" => Signal.Hold,
        _ => Signal.None,
    };

    private static void WarnOfUnknownStatus(GroupReader reader, string status)
    {
        if (status is not ("" or "A" or "CA" or "CM" or "DC" or "ER" or "HD" or "IP" or "RP" or "SC"))
        {
            reader.Warn(Notice.Of(Codes.UnknownCode, "location", "ORC-5", "value", status));
        }
    }
}
