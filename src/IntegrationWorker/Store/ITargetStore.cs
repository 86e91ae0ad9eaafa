using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Store;

/// <summary>The plans that are to be brought to the platform, for those who bring them.</summary>
internal interface ITargetStore
{
    /// <summary>
    /// Takes studies that have plans and that nobody has at the moment: in turn those with the oldest plans, and those that had a rest after a
    /// failure (or that a dead worker left). So neither keep the others from being brought.
    /// </summary>
    /// <param name="owner">The one who takes them; nobody else gets them before the lease ends.</param>
    /// <param name="restedFirst">Begin with one that had a rest.</param>
    Task<IReadOnlyList<LeasedStudy>> ClaimAsync(string owner, TimeSpan lease, int max, bool restedFirst, CancellationToken cancellationToken);

    /// <summary>Takes one study that nobody has, whether it has plans or not. False when somebody has it.</summary>
    Task<bool> TryLeaseAsync(string studyId, string owner, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>The oldest plan of a study with what the platform was last seen to hold; null when there is none.</summary>
    Task<(TargetPlan Plan, SeenStudy? Seen)?> ReadNextAsync(string studyId, CancellationToken cancellationToken);

    /// <summary>All plans of a study, oldest first.</summary>
    Task<IReadOnlyList<TargetPlan>> ReadPlansAsync(string studyId, CancellationToken cancellationToken);

    /// <summary>Lets a lease begin anew and, with a position, notes that a writing call of this plan goes out now.</summary>
    /// <exception cref="StoreConflictException">Somebody else has the study by now.</exception>
    Task RenewAsync(string studyId, string owner, TimeSpan lease, long? attempted, CancellationToken cancellationToken);

    /// <summary>Notes that the platform accepted a change of some study.</summary>
    Task NoteAcceptanceAsync(CancellationToken cancellationToken);

    /// <summary>Counts a failure of a study, on the disk when this returns.</summary>
    /// <param name="isOfStudy">It may lie in the study: it counts when the platform accepted another one since the study failed the time before.</param>
    /// <param name="isConflict">Somebody else was first.</param>
    /// <exception cref="StoreConflictException">Somebody else has the study by now.</exception>
    Task<StudyFailures> NoteFailureAsync(string studyId, string owner, bool isOfStudy, bool isConflict, CancellationToken cancellationToken);

    /// <summary>A plan of a study that had failed is through: the next one begins anew.</summary>
    /// <param name="keepsTime">The plan was given up: what the study has failed for is remembered for the plans that wait behind it.</param>
    Task ForgetFailuresAsync(string studyId, string owner, bool keepsTime, CancellationToken cancellationToken);

    /// <summary>Gives a study back: at once, or not before a time has passed when bringing it failed.</summary>
    Task ReleaseAsync(string studyId, string owner, TimeSpan? rest, CancellationToken cancellationToken);

    /// <summary>What the platform was last seen to hold of these studies; those it was never looked at for are not in it.</summary>
    Task<IReadOnlyDictionary<string, SeenStudy>> ReadSeenAsync(IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken);

    /// <summary>Those of these studies that have plans.</summary>
    Task<IReadOnlySet<string>> FindPlannedAsync(IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken);

    /// <summary>Our record of these studies, without locks; those that are not known are not in it.</summary>
    Task<IReadOnlyDictionary<string, Study>> ReadStudiesAsync(IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken);

    Task<long> CountPlansAsync(CancellationToken cancellationToken);

    Task<string?> ReadMetaAsync(string key, CancellationToken cancellationToken);

    Task WriteMetaAsync(string key, string value, CancellationToken cancellationToken);
}

/// <summary>A study that somebody has taken.</summary>
/// <param name="Failures">How often bringing it failed in a row.</param>
internal sealed record LeasedStudy(string StudyId, int Failures);

