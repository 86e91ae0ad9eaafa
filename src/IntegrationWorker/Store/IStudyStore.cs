using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>Where studies, links, message records, history, events, parked units and dead letters are kept.</summary>
/// <remarks>
/// All failures are exceptions of the surroundings: the caller waits and tries the batch again. A batch is one
/// transaction with a fixed number of statements, however many messages it holds.
/// </remarks>
internal interface IStudyStore
{
    /// <summary>Opens a transaction. Nothing is visible to others before <see cref="IStoreBatch.CommitAsync"/>.</summary>
    Task<IStoreBatch> BeginAsync(CancellationToken cancellationToken);

    /// <summary>How many transactions of full batches may be opened while one is being written. They wait for each other only where they want the same.</summary>
    int BatchesAheadMax => 0;
}

/// <summary>One transaction of the store. Disposing without a commit rolls back.</summary>
internal interface IStoreBatch : IAsyncDisposable
{
    /// <summary>Claims message keys and returns what is recorded under them, all generations.</summary>
    /// <param name="baseKeys">Distinct keys without generation. Whoever comes second with a key waits for the first commit.</param>
    Task<IReadOnlyList<LedgerRecord>> ClaimAsync(IReadOnlyCollection<string> baseKeys, CancellationToken cancellationToken);

    /// <summary>
    /// Finds studies by links, locks them in id order and loads them whole: the studies, all links of these studies,
    /// and the parked units that wait under one of the keys. May be called again with further keys.
    /// </summary>
    Task<LoadedStudies> LoadAsync(IReadOnlyCollection<LinkKey> keys, CancellationToken cancellationToken);

    /// <summary>Claims and loads, the claim first: one round trip where there is a wire.</summary>
    async Task<(IReadOnlyList<LedgerRecord> Records, LoadedStudies Studies)> ClaimAndLoadAsync(
        IReadOnlyCollection<string> baseKeys, IReadOnlyCollection<LinkKey> keys, CancellationToken cancellationToken) =>
        (await ClaimAsync(baseKeys, cancellationToken), await LoadAsync(keys, cancellationToken));

    /// <summary>Positions of FHIR subscriptions, locked.</summary>
    Task<IReadOnlyList<SubscriptionPosition>> LoadPositionsAsync(
        IReadOnlyCollection<(string SourceId, string SubscriptionId)> keys, CancellationToken cancellationToken);

    /// <summary>Those of these holds that there are. The studies, or their UIDs, are locked by a load before.</summary>
    Task<IReadOnlyList<Hold>> LoadHoldsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>The first ones that wait behind a hold, in order.</summary>
    Task<IReadOnlyList<HeldUnit>> LoadHeldAsync(string holdId, int max, CancellationToken cancellationToken);

    /// <summary>Writes everything but the events. Once for each transaction.</summary>
    Task SaveAsync(BatchChanges changes, CancellationToken cancellationToken);

    /// <summary>Writes the events that were saved, which learn their positions, and commits.</summary>
    Task CommitAsync(CancellationToken cancellationToken);

    /// <summary>Saves and commits: one round trip where there is a wire, if all that is changed was locked before.</summary>
    async Task CommitAsync(BatchChanges changes, CancellationToken cancellationToken)
    {
        await SaveAsync(changes, cancellationToken);
        await CommitAsync(cancellationToken);
    }
}

/// <summary>What <see cref="IStoreBatch.LoadAsync"/> found.</summary>
internal sealed record LoadedStudies(
    IReadOnlyList<Study> Studies,
    IReadOnlyList<Link> Links,
    IReadOnlyList<ParkedUnit> Parked);
