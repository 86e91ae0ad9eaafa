using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>TQ1-9, ORC-7.6, OBR-27.6, OBR-5 → severity and its raw code. docs/mapping.md §3.2, tables 0485 and 0027.</summary>
internal static class SeverityRule
{
    private const string TimingPriority = "TQ1-9";

    /// <summary>Where a priority stands, the most specific place first.</summary>
    private static readonly (Hl7FieldAddress Address, string Location)[] _places =
        [(new("ORC", 7, 6), "ORC-7.6"), (new("OBR", 27, 6), "OBR-27.6"), (new("OBR", 5), "OBR-5")];

    public static void Map(GroupReader reader, ProcedureUpdate procedure)
    {
        var found = new List<(string Location, string Code, Severity Severity)>();
        string? nullAt = null;
        var anyValue = false;

        foreach (var index in reader.Group.Others)
        {
            var segment = reader.Message[index];

            if (segment.Is("TQ1"))
            {
                foreach (var repetition in segment[9].Repetitions)
                {
                    Read(reader, repetition, TimingPriority, found, ref nullAt, ref anyValue);
                }
            }
        }

        foreach (var (address, location) in _places)
        {
            Read(reader, reader.First(address), location, found, ref nullAt, ref anyValue);
        }

        if (found.Count == 0)
        {
            if (nullAt is not null && !anyValue)
            {
                reader.Warn(Notice.Of(Codes.RequiredFieldNull, "field", FieldNames.Severity, "location", nullAt));
            }

            return;
        }

        WarnOfDisagreement(reader, found);
        var chosen = reader.Source.SeverityByPrecedence ? found[0] : MostUrgent(found);
        procedure.Facts[ProcedureFacts.Severity] = new Asserted(chosen.Severity.ToText(), chosen.Location);
        procedure.Facts[ProcedureFacts.PriorityCode] = new Asserted(chosen.Code, chosen.Location);
    }

    private static void Read(
        GroupReader reader, Hl7Field field, string location, List<(string, string, Severity)> found, ref string? nullAt, ref bool anyValue)
    {
        if (reader.IsNull(field))
        {
            nullAt ??= location;
            return;
        }

        // In a component address the subcomponents hold code and text; in a field its components do.
        var code = reader.Text(field.Subcomponent(1));
        code = code.Length > 0 || location.Contains('.', StringComparison.Ordinal) ? code : reader.Text(field.Component(2));

        if (code.Length == 0)
        {
            return;
        }

        anyValue = true;

        if (PriorityCodes.TryMap(code, reader.Source.PriorityCodes, out var severity))
        {
            found.Add((location, code, severity));
        }
        else
        {
            reader.Warn(Notice.Of(Codes.UnknownPriority, "location", location, "value", code));
        }
    }

    /// <summary>The first of the most urgent ones.</summary>
    private static (string Location, string Code, Severity Severity) MostUrgent(List<(string Location, string Code, Severity Severity)> found)
    {
        var chosen = found[0];

        foreach (var candidate in found)
        {
            chosen = candidate.Severity > chosen.Severity ? candidate : chosen;
        }

        return chosen;
    }

    private static bool Agree(List<(string Location, string Code, Severity Severity)> found)
    {
        foreach (var candidate in found)
        {
            if (candidate.Severity != found[0].Severity)
            {
                return false;
            }
        }

        return true;
    }

    private static void WarnOfDisagreement(GroupReader reader, List<(string Location, string Code, Severity Severity)> found)
    {
        if (!Agree(found))
        {
            var values = found
                .DistinctBy(candidate => (candidate.Location, candidate.Code))
                .GroupBy(candidate => candidate.Location)
                .ToDictionary(place => place.Key, place => string.Join('~', place.Select(candidate => candidate.Code)), StringComparer.Ordinal);

            reader.Warn(Notice.Of(Codes.PrioritiesDisagree, "values", values));
        }
    }
}
