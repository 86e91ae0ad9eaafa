namespace IntegrationWorker.Target;

/// <summary>What is known of the failures of a study since a plan of it was last through. Stored with its lease. Pure. ADR 20.</summary>
/// <param name="Conflicts">How often somebody else was first.</param>
/// <param name="Alone">How often it failed again although the platform had accepted another study meanwhile.</param>
/// <param name="AloneFor">The times before these failures, together.</param>
/// <param name="FailedAt">When it last failed in a way that may lie in the study; null when it never did. By the clock of the database.</param>
internal sealed record StudyFailures(int Conflicts, int Alone, TimeSpan AloneFor, DateTimeOffset? FailedAt)
{
    // What lies still for longer, as while no worker runs, says nothing about the study.
    private static readonly TimeSpan _countedAtOnceMax = TimeSpan.FromMinutes(10);

    /// <summary>The failure that was counted last is one of those for which the platform as a whole cannot be blamed.</summary>
    public bool IsAlone { get; private init; }

    /// <param name="isOfStudy">It may lie in the study.</param>
    /// <param name="isConflict">Somebody else was first.</param>
    /// <param name="acceptedAt">When the platform last accepted a change; null: it never did.</param>
    public StudyFailures Count(bool isOfStudy, bool isConflict, DateTimeOffset now, DateTimeOffset? acceptedAt)
    {
        var counted = this with { Conflicts = Conflicts + (isConflict ? 1 : 0), IsAlone = false };

        if (!isOfStudy)
        {
            return counted;
        }

        // Whatever was accepted since this study failed was another one: its own success ends the count. Without such a witness it may be an
        // outage, and the time of an outage counts for nobody.
        if (FailedAt is not { } before || acceptedAt is not { } accepted || accepted <= before)
        {
            return counted with { FailedAt = now };
        }

        var since = now - before;

        return counted with
        {
            Alone = Alone + 1,
            AloneFor = AloneFor + (since < _countedAtOnceMax ? since : _countedAtOnceMax),
            FailedAt = now,
            IsAlone = true,
        };
    }
}
