namespace IntegrationWorker.Hosting.Jobs;

/// <summary>The names of the jobs that the settings of this worker ask for.</summary>
internal sealed class JobNames(IReadOnlySet<string> wanted)
{
    // Those that some settings ask for and others do not. Of a kind that is not known here a newer version may know more.
    private static readonly string[] _kinds = [nameof(DriftJob), nameof(FhirReconcileJob)];

    /// <summary>A job that is kept in the schedule and that nobody asks for any more.</summary>
    public bool IsLeftOver(string name) => !wanted.Contains(name) && _kinds.Contains(name.Split('/')[0]);
}
