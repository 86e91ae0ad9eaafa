using IntegrationWorker.Contracts;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>
/// Decides when a study that keeps failing is given up: not because of an outage, in which all studies fail, but when the platform accepts others
/// all the while. What counts is stored, so that it counts for all workers and beyond their end. ADR 20.
/// </summary>
internal sealed class TargetPatience(ITargetStore store, TimeSpan giveUpAfter, TimeProvider time)
{
    // Also for a plan that waited behind one that was given up: one failure is met every day.
    private const int AloneMin = 3;

    // Each is three rounds, with the answer read back in between.
    private const int ConflictsMax = 10;

    // A witness once in a while is enough.
    private static readonly TimeSpan _noteEvery = TimeSpan.FromSeconds(1);

    private long _notedAt = long.MinValue;

    /// <summary>The platform accepted a change.</summary>
    public async Task AcceptedAsync(CancellationToken cancellationToken)
    {
        var (before, now) = (Interlocked.Read(ref _notedAt), time.GetTimestamp());

        if (before == long.MinValue || time.GetElapsedTime(before, now) >= _noteEvery)
        {
            Interlocked.Exchange(ref _notedAt, now);
            await store.NoteAcceptanceAsync(cancellationToken);
        }
    }

    /// <summary>Counts a failure of a study.</summary>
    /// <returns>Whether others go through meanwhile, and why the plan in hand is given up; null: it is not.</returns>
    public async Task<(bool IsAlone, Notice? GivenUp)> FailsAsync(
        string studyId, string owner, TargetFailure failure, CancellationToken cancellationToken)
    {
        var isConflict = failure.Code == Codes.StoreConcurrentChange;
        var failures = await store.NoteFailureAsync(studyId, owner, failure.IsOfStudy, isConflict, cancellationToken);

        return (failures.IsAlone, (isConflict, failures) switch
        {
            (true, { Conflicts: > ConflictsMax }) => ErrorOf(failures.Conflicts, failure),
            (false, { IsAlone: true, Alone: >= AloneMin }) when failures.AloneFor >= giveUpAfter => ErrorOf(failures.Alone, failure),
            _ => null,
        });
    }

    // The platform's own words: nothing of what was sent to it.
    private static Notice ErrorOf(int attempts, TargetFailure failure) => new(Codes.GivenUp, new Dictionary<string, object>
    {
        ["attempts"] = attempts,
        ["code"] = failure.Code,
        ["detail"] = failure.Answer ?? failure.Text,
    });
}
