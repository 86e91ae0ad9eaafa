using Hl7v2;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>TQ1-7, ORC-7.4, OBR-27.4, OBR-36 → <c>ris.scheduledAt</c>. docs/mapping.md §3.8.</summary>
internal static class ScheduleRule
{
    private static readonly Hl7FieldAddress[] _places = [new("TQ1", 7), new("ORC", 7, 4), new("OBR", 27, 4), new("OBR", 36)];

    /// <summary>Null when no place says anything readable.</summary>
    public static Asserted? Map(GroupReader reader)
    {
        Asserted? deleted = null;

        foreach (var place in _places)
        {
            var field = reader.First(place);

            if (reader.IsNull(field))
            {
                deleted ??= new Asserted(null, GroupReader.NameOf(place));
                continue;
            }

            // Without the precision, a component of the timestamp that is a subcomponent inside ORC-7 and OBR-27.
            var time = field.Subcomponent(1);

            if (time.HasValue && GroupReader.NameOf(place) is var location && reader.Time(time, location) is { } text)
            {
                return new Asserted(text, location);
            }
        }

        return deleted;
    }
}
