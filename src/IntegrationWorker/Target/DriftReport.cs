namespace IntegrationWorker.Target;

/// <summary>What differs between the platform and our record, by cause.</summary>
/// <param name="Studies">Studies of the platform that were looked at.</param>
/// <param name="Counts">Differing studies by cause, those too that are left out of <paramref name="Differences"/>.</param>
internal sealed record DriftReport(
    DateTimeOffset At, long Studies, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<StudyDifference> Differences)
{
    public const int DifferencesMax = 1000;

    public int Total => Counts.Values.Sum();
}

/// <summary>How one study differs.</summary>
/// <param name="Cause">One of <see cref="DriftCauses"/>.</param>
/// <param name="Fields">Names, no values; empty where the whole study is meant.</param>
internal sealed record StudyDifference(string StudyId, string StudyInstanceUid, string Cause, IReadOnlyList<string> Fields);

/// <summary>Why a study differs.</summary>
internal static class DriftCauses
{
    /// <summary>Somebody at the platform changed it since it was last looked at.</summary>
    public const string Viewer = "viewer";

    /// <summary>Our change is on its way.</summary>
    public const string Waiting = "waiting";

    /// <summary>The platform does not have our value, nobody there changed it, and nothing is on its way: somebody has to look.</summary>
    public const string Unbrought = "unbrought";

    /// <summary>The platform has a study that is not known here.</summary>
    public const string UnknownHere = "unknown-here";

    /// <summary>The platform has not, or no longer, a study that is known here.</summary>
    public const string MissingThere = "missing-there";
}
