using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>One study at the platform against our record. Pure.</summary>
internal static class DriftRule
{
    /// <param name="study">Our record; null when there is none.</param>
    /// <param name="seen">What the platform was last seen to hold; null: it was never looked at.</param>
    /// <param name="isPlanned">A change of the study is on its way.</param>
    public static IEnumerable<StudyDifference> Compare(RemoteStudy remote, Study? study, SeenStudy? seen, bool isPlanned)
    {
        if (study is null)
        {
            yield return new StudyDifference(
                remote.StudyId, remote.StudyInstanceUid, isPlanned ? DriftCauses.Waiting : DriftCauses.UnknownHere, []);
            yield break;
        }

        var theirs = seen is null ? [] : PlanReviewRule.Differences(seen, remote).Select(change => change.Field).ToList();
        var ours = Fields(study, remote).Where(field => !theirs.Contains(field) && ValueOf(study, field) != remote[field]).ToList();

        if (theirs.Count > 0)
        {
            yield return new StudyDifference(study.StudyId, study.StudyInstanceUid, DriftCauses.Viewer, theirs);
        }

        if (ours.Count > 0)
        {
            yield return new StudyDifference(study.StudyId, study.StudyInstanceUid, isPlanned ? DriftCauses.Waiting : DriftCauses.Unbrought, ours);
        }
    }

    private static IEnumerable<string> Fields(Study study, RemoteStudy remote) => study.State.Fields.Keys
        .Union(remote.Values.Keys)
        .Where(field => field != FieldNames.OrgId || remote[FieldNames.OrgId] is not null) // Newer platforms show another owner instead.
        .Order(Comparer<string>.Create(FieldNames.CompareForEvent));

    // What was never said has the value that a new study begins with.
    private static string? ValueOf(Study study, string field) => field switch
    {
        FieldNames.OrgId => study.OrgId,
        FieldNames.IsCancelled => study.IsCancelled ? "true" : "false",
        FieldNames.Severity => study.Severity,
        FieldNames.StudyViewerStatus => study.StudyViewerStatus,
        _ => study.State.Get(field),
    };
}
