using System.Text.Json;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>Compares all studies of the platform with our record.</summary>
internal sealed class DriftFinder(
    ITargetClient client, ITargetStore targets, IStudyReader reader, StudyImporter importer, ViewerTakeover takeover, TimeProvider time)
{
    private const string Meta = "target-drift";
    private const int LocalStudies = 500;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    /// <param name="takesOver">Takes what somebody at the platform changed or added into our record, and keeps the report.</param>
    /// <exception cref="TargetException">The platform could not be read.</exception>
    public async Task<DriftReport> FindAsync(bool takesOver, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        var found = new Found();
        var present = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;

        do
        {
            var page = await client.ListAsync(cursor, StudyImporter.PageStudies, cancellationToken);
            var differences = await CompareAsync(page.Studies, cancellationToken);
            differences.ForEach(found.Add);
            present.UnionWith(page.Studies.Select(study => study.StudyId));

            if (takesOver)
            {
                await TakeOverAsync(page.Studies, differences, cancellationToken);
            }

            cursor = page.Cursor;
        }
        while (cursor is not null);

        await AddMissingAsync(present, found, cancellationToken);
        var report = new DriftReport(at, present.Count, found.Counts, found.Differences);

        if (takesOver)
        {
            await targets.WriteMetaAsync(Meta, JsonSerializer.Serialize(report, _json), cancellationToken);
        }

        return report;
    }

    /// <summary>The report of the last job; null when none has run.</summary>
    public async Task<DriftReport?> ReadLastAsync(CancellationToken cancellationToken) =>
        await targets.ReadMetaAsync(Meta, cancellationToken) is { } stored ? JsonSerializer.Deserialize<DriftReport>(stored, _json) : null;

    private async Task<List<StudyDifference>> CompareAsync(IReadOnlyList<RemoteStudy> page, CancellationToken cancellationToken)
    {
        string[] ids = [.. page.Select(study => study.StudyId)];
        var studies = await targets.ReadStudiesAsync(ids, cancellationToken);
        var seen = await targets.ReadSeenAsync(ids, cancellationToken);
        var planned = await targets.FindPlannedAsync(ids, cancellationToken);
        var differences = new List<StudyDifference>();

        foreach (var remote in page)
        {
            // One that is being created has an id of ours until the platform's is known here.
            var study = studies.GetValueOrDefault(remote.StudyId);
            var isComing = study is null && await reader.FindByUidAsync(remote.StudyInstanceUid, cancellationToken) is not null;
            differences.AddRange(DriftRule.Compare(remote, study, seen.GetValueOrDefault(remote.StudyId), isComing || planned.Contains(remote.StudyId)));
        }

        return differences;
    }

    private async Task TakeOverAsync(
        IReadOnlyList<RemoteStudy> page, List<StudyDifference> differences, CancellationToken cancellationToken)
    {
        var unknown = differences.Where(difference => difference.Cause == DriftCauses.UnknownHere).Select(difference => difference.StudyId).ToHashSet();

        if (unknown.Count > 0)
        {
            await importer.AddAsync([.. page.Where(study => unknown.Contains(study.StudyId))], null, cancellationToken);
        }

        foreach (var difference in differences.Where(difference => difference.Cause == DriftCauses.Viewer))
        {
            await takeover.TakeAsync(difference.StudyId, cancellationToken);
        }
    }

    /// <summary>Known here and not in the list. It may have come while the list was read, so each is asked for.</summary>
    private async Task AddMissingAsync(HashSet<string> present, Found found, CancellationToken cancellationToken)
    {
        string? after = null;

        while (await reader.ListAsync(StudyFilter.All, LocalStudies, after, cancellationToken) is { Count: > 0 } studies)
        {
            var absent = studies.Where(study => !present.Contains(study.StudyId)).ToList();
            var planned = await targets.FindPlannedAsync([.. absent.Select(study => study.StudyId)], cancellationToken);

            foreach (var study in absent)
            {
                if (planned.Contains(study.StudyId))
                {
                    found.Add(new StudyDifference(study.StudyId, study.StudyInstanceUid, DriftCauses.Waiting, []));
                }
                else if ((await client.GetAsync(study.StudyId, cancellationToken)).IsGone)
                {
                    found.Add(new StudyDifference(study.StudyId, study.StudyInstanceUid, DriftCauses.MissingThere, []));
                }
            }

            after = studies[^1].StudyId;
        }
    }

    private sealed class Found
    {
        public Dictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

        public List<StudyDifference> Differences { get; } = [];

        public void Add(StudyDifference difference)
        {
            Counts[difference.Cause] = Counts.GetValueOrDefault(difference.Cause) + 1;

            if (Differences.Count < DriftReport.DifferencesMax)
            {
                Differences.Add(difference);
            }
        }
    }
}
