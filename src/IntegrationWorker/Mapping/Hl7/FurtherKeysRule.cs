using Hl7v2;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Keys that are off by default and that a source has switched on with a reason on record. docs/mapping.md §3.8.</summary>
internal static class FurtherKeysRule
{
    /// <summary>XPN: family, given, further names, prefix, suffix, as DICOM orders them (PS3.5 §6.2, VR PN).</summary>
    private static readonly int[] _partsOfXpn = [1, 2, 3, 5, 4];

    /// <summary>XCN has an id before the name.</summary>
    private static readonly int[] _partsOfXcn = [2, 3, 4, 6, 5];

    /// <summary>Who the patient is: orders and ADT.</summary>
    public static void MapPatient(GroupReader reader, UnitUpdate unit)
    {
        Map(reader, unit, "patient.id", static (reader, _, key) => reader.Value(key, new Hl7FieldAddress("PID", 3)));
        Map(reader, unit, "patient.name", static (reader, _, key) => Name(reader, key, new Hl7FieldAddress("PID", 5), _partsOfXpn));
        Map(reader, unit, "patient.birthDate", static (reader, _, _) => Date(reader, new Hl7FieldAddress("PID", 7)));
        Map(reader, unit, "patient.sex", static (reader, _, key) => reader.Value(key, new Hl7FieldAddress("PID", 8)));
    }

    public static void MapVisit(GroupReader reader, UnitUpdate unit) =>
        Map(reader, unit, "visit.number", static (reader, _, key) => reader.Value(key, new Hl7FieldAddress("PV1", 19)));

    public static void MapOrder(GroupReader reader, UnitUpdate unit)
    {
        Map(reader, unit, "ris.placerOrderNumber", static (reader, unit, key) => Number(reader, key, unit.Identity.Placer, "ORC-2"));
        Map(reader, unit, "ris.fillerOrderNumber", static (reader, unit, key) => Number(reader, key, unit.Identity.Filler, "ORC-3"));
        Map(reader, unit, "ris.orderingProvider", static (reader, _, key) =>
            Name(reader, key, new Hl7FieldAddress("OBR", 16), _partsOfXcn) ?? Name(reader, key, new Hl7FieldAddress("ORC", 12), _partsOfXcn));
        Map(reader, unit, "ris.reasonForStudy", static (reader, _, key) => reader.Value(key, new Hl7FieldAddress("OBR", 31, 2), new Hl7FieldAddress("OBR", 31, 1)));
    }

    public static void MapStatusReason(GroupReader reader, UnitUpdate unit) =>
        Map(reader, unit, "ris.statusReasonText", static (reader, _, key) => reader.Value(key, new Hl7FieldAddress("ORC", 16, 2)));

    /// <param name="read">Static: nearly always none of these keys is on, and nothing is to be paid for them.</param>
    private static void Map(GroupReader reader, UnitUpdate unit, string key, Func<GroupReader, UnitUpdate, string, Asserted?> read)
    {
        if (reader.Source.MetadataKeys.ContainsKey(key))
        {
            MetadataRule.Set(unit, key, read(reader, unit, key));
        }
    }

    private static Asserted? Name(GroupReader reader, string key, Hl7FieldAddress place, int[] parts)
    {
        var field = reader.First(place);

        if (reader.IsNull(field))
        {
            return new Asserted(null, place.ToString());
        }

        var texts = new string[parts.Length];

        for (var index = 0; index < parts.Length; index++)
        {
            texts[index] = reader.Text(field.Component(parts[index]).Subcomponent(1));
        }

        var name = string.Join('^', texts).TrimEnd('^');

        return name.Length > 0 && MetadataLimits.Fit(key, name, reader.Warnings) is { } value ? new Asserted(value, place.ToString()) : null;
    }

    private static Asserted? Date(GroupReader reader, Hl7FieldAddress place)
    {
        var field = reader.First(place);

        return reader.IsNull(field) ? new Asserted(null, place.ToString())
            : field.Component(1).HasValue && reader.Time(field.Component(1), place.ToString()) is { } date ? new Asserted(date, place.ToString())
            : null;
    }

    private static Asserted? Number(GroupReader reader, string key, Identifier? number, string location) =>
        number is not null && MetadataLimits.Fit(key, number.Value, reader.Warnings) is { } value ? new Asserted(value, location) : null;
}
