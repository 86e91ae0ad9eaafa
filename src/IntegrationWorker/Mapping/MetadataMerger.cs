using System.Globalization;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping;

/// <summary>Metadata of several groups of one study: values that differ are joined, the time is the earliest. docs/mapping.md §3.8.</summary>
internal static class MetadataMerger
{
    private const string Separator = "; ";
    private const string ScheduledAt = "ris.scheduledAt";

    private static readonly string[] _timeFormats = ["yyyy", "yyyy-MM", "yyyy-MM-dd"];

    /// <param name="procedures">The procedures of the whole unit.</param>
    public static Dictionary<string, Asserted> Merge(
        IReadOnlyList<UnitUpdate> groups, IReadOnlyList<ProcedureUpdate> procedures, List<Notice> warnings)
    {
        var goesOn = procedures.Any(procedure => procedure.Signal != Signal.Cancel);
        var byKey = new Dictionary<string, List<Asserted>>(StringComparer.Ordinal);

        foreach (var group in groups)
        {
            foreach (var (key, asserted) in group.Metadata)
            {
                if (goesOn && IsCancelled(group) && key is "ris.orderStatus" or "ris.statusReason")
                {
                    continue; // While another procedure goes on, the status of a cancelled one is not the study's.
                }

                if (!byKey.TryGetValue(key, out var said))
                {
                    byKey.Add(key, said = []);
                }

                said.Add(asserted);
            }
        }

        var merged = new Dictionary<string, Asserted>(StringComparer.Ordinal);

        foreach (var (key, said) in byKey)
        {
            if (Join(key, said, warnings) is { } joined)
            {
                merged.Add(key, joined);
            }
        }

        return merged;
    }

    private static bool IsCancelled(UnitUpdate group) =>
        group.Procedures.Count > 0 && group.Procedures.TrueForAll(procedure => procedure.Signal == Signal.Cancel);

    /// <summary>A null of one group says nothing beside a value of another.</summary>
    private static Asserted? Join(string key, List<Asserted> said, List<Notice> warnings)
    {
        var values = said.Where(asserted => asserted.Value is not null).DistinctBy(asserted => asserted.Value).ToList();

        if (values.Count <= 1)
        {
            return values.Count == 1 ? values[0] : said[0];
        }

        if (key == ScheduledAt)
        {
            return values.MinBy(value => Instant(value.Value!));
        }

        var text = string.Join(Separator, values.Select(value => value.Value));

        return MetadataLimits.Fit(key, text, warnings) is { } fitting ? new Asserted(fitting, values[0].Location) : null;
    }

    /// <summary>The start of a date or time; what is none comes last.</summary>
    private static DateTimeOffset Instant(string text) =>
        DateTimeOffset.TryParseExact(text, _timeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : DateTimeOffset.MaxValue;
}
