using IntegrationWorker.Studies;

namespace IntegrationWorker.Store.Suite;

/// <summary>Whole transactions in one line.</summary>
internal static class BatchExtensions
{
    /// <summary>Claims what has a record in the changes, writes and commits.</summary>
    public static async Task<BatchChanges> WriteAsync(this IStudyStore store, Action<BatchChanges> fill, CancellationToken cancellationToken)
    {
        var changes = new BatchChanges();
        fill(changes);

        await using var batch = await store.BeginAsync(cancellationToken);
        await batch.ClaimAsync([.. changes.NewRecords.Select(record => record.BaseKey).Distinct()], cancellationToken);
        await batch.CommitAsync(changes, cancellationToken);

        return changes;
    }

    public static async Task<LoadedStudies> LoadAsync(this IStudyStore store, CancellationToken cancellationToken, params LinkKey[] keys)
    {
        await using var batch = await store.BeginAsync(cancellationToken);

        return await batch.LoadAsync(keys, cancellationToken);
    }

    public static Task<LoadedStudies> LoadAsync(this IStudyStore store, Study study, CancellationToken cancellationToken) =>
        store.LoadAsync(cancellationToken, new LinkKey(LinkKind.StudyId, study.StudyId));

    /// <summary>What is recorded under the keys; the claim itself is given back.</summary>
    public static async Task<IReadOnlyList<LedgerRecord>> RecordsAsync(
        this IStudyStore store, CancellationToken cancellationToken, params string[] baseKeys)
    {
        await using var batch = await store.BeginAsync(cancellationToken);

        return await batch.ClaimAsync(baseKeys, cancellationToken);
    }
}
