using IntegrationWorker.Store;

namespace IntegrationWorker.Outbox;

/// <summary>Cuts events into waves with at most one event of a study each, oldest first.</summary>
internal static class Waves
{
    public static IReadOnlyList<IReadOnlyList<OutboxEntry>> Of(IReadOnlyList<OutboxEntry> entries)
    {
        var waves = new List<List<OutboxEntry>>();
        var depth = new Dictionary<string, int>(StringComparer.Ordinal);

        foreach (var entry in entries.OrderBy(entry => entry.Position))
        {
            var wave = depth.GetValueOrDefault(entry.StudyId);
            depth[entry.StudyId] = wave + 1;

            if (wave == waves.Count)
            {
                waves.Add([]);
            }

            waves[wave].Add(entry);
        }

        return waves;
    }
}
