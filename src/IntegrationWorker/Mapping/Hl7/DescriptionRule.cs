using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>OBR-44.2, OBR-4.2, OBR-4.5, OBR-4.9 → study description, and the code that goes with it. docs/mapping.md §3.3, §3.8.</summary>
internal static class DescriptionRule
{
    public static void Map(GroupReader reader, ProcedureUpdate procedure)
    {
        string? nullAt = null;

        foreach (var setting in reader.Source.DescriptionFields)
        {
            var address = GroupReader.Address(setting);
            var whole = reader.First(address with { Component = 0, Subcomponent = 0 });

            if (reader.IsNull(whole))
            {
                nullAt ??= $"{address.Segment}-{address.Field}";
                continue;
            }

            var field = reader.First(address);

            if (reader.IsNull(field))
            {
                nullAt ??= setting;
                continue;
            }

            var text = reader.Text(field.Component(1));

            if (text.Length > 0)
            {
                procedure.Facts[ProcedureFacts.Description] = new Asserted(MetadataLimits.FitDescription(text, reader.Warnings), setting);
                nullAt = null;
                break;
            }
        }

        if (nullAt is not null && !procedure.Facts.ContainsKey(ProcedureFacts.Description))
        {
            reader.Warn(Notice.Of(Codes.RequiredFieldNull, "field", FieldNames.StudyDescription, "location", nullAt));
        }

        MapCode(reader, procedure);
    }

    private static void MapCode(GroupReader reader, ProcedureUpdate procedure)
    {
        foreach (var number in (ReadOnlySpan<int>)[44, 4])
        {
            var field = reader.Group.Obr.IsAbsent ? default : reader.Group.Obr[number];
            var code = reader.Text(field.Component(1));

            if (code.Length == 0)
            {
                continue;
            }

            var system = reader.Text(field.Component(3));
            var value = MetadataLimits.Fit(ProcedureFacts.ProcedureCode, system.Length > 0 ? $"{code}|{system}" : code, reader.Warnings);

            if (value is not null)
            {
                procedure.Facts[ProcedureFacts.ProcedureCode] = new Asserted(value, $"OBR-{number}");
            }

            return;
        }
    }
}
