using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>OBR-25, else OBX-11 → result of the procedure; results only. docs/mapping.md §3.4, tables 0123 and 0085.</summary>
internal static class ResultRule
{
    /// <returns>The code for <c>ris.resultStatus</c>; null when the group says nothing of a result.</returns>
    public static Asserted? Map(GroupReader reader, ProcedureUpdate procedure)
    {
        var field = reader.Group.Obr.IsAbsent ? default : reader.Group.Obr[25];

        if (reader.IsNull(field))
        {
            return new Asserted(null, "OBR-25");
        }

        var code = reader.Code(field);
        var location = "OBR-25";

        if (code.Length == 0)
        {
            code = OfObservations(reader);
            location = "OBX-11";
        }

        if (code.Length == 0)
        {
            return null;
        }

        switch (code)
        {
            case "F" or "C":
                procedure.Facts[ProcedureFacts.Result] = new Asserted(ProcedureFacts.Final, location);
                break;
            case "P" or "M" or "R" or "A":
                procedure.Facts[ProcedureFacts.Result] = new Asserted(ProcedureFacts.Preliminary, location);
                break;
            case "N" or "S" or "O" or "I":
                procedure.Facts[ProcedureFacts.Result] = new Asserted(ProcedureFacts.Pending, location);
                break;
            case "X":
                if (procedure.Signal == Signal.None)
                {
                    procedure.Signal = Signal.Cancel;
                    procedure.SignalLocation = location;
                }

                break;
            case "Y" or "Z":
                break;
            default:
                reader.Warn(Notice.Of(Codes.UnknownCode, "location", location, "value", code));
                break;
        }

        return new Asserted(code, location);
    }

    /// <summary>
    /// All report lines F or U: final. C among them: corrected. Else preliminary: a line without a status is not final.
    /// Empty when no line has a status.
    /// </summary>
    private static string OfObservations(GroupReader reader)
    {
        var any = false;
        var corrected = false;
        var allDone = true;

        foreach (var index in reader.Group.Others)
        {
            var segment = reader.Message[index];

            if (!segment.Is("OBX") || IdentityRule.IsUidObservation(segment))
            {
                continue;
            }

            var status = segment[11].Component(1).Raw;

            if (status is "O" or "N" or "D")
            {
                continue;
            }

            any |= !status.IsEmpty && !segment[11].IsNull;
            corrected |= status is "C";
            allDone &= status is "F" or "U" or "C";
        }

        return !any ? "" : !allDone ? "P" : corrected ? "C" : "F";
    }
}
