namespace IntegrationWorker.Store;

/// <summary>What waits behind rejected messages, for those who let it go and those who look after it.</summary>
internal interface IHoldStore
{
    /// <summary>Holds that are over, each with the first ones that wait there, in order. Nothing is locked or removed.</summary>
    Task<IReadOnlyList<(Hold Hold, IReadOnlyList<HeldUnit> Units)>> FindOverAsync(int max, int unitsMax, CancellationToken cancellationToken);

    /// <summary>What waits behind these dead letters; null for all there are. Dead letters behind which no study waits are left out.</summary>
    Task<IReadOnlyList<HeldBehind>> ListAsync(IReadOnlyCollection<string>? deadLetterIds, CancellationToken cancellationToken);

    /// <summary>Ends the holds of all sources but these.</summary>
    Task EndOthersAsync(IReadOnlyCollection<string> sourceIds, CancellationToken cancellationToken);

    /// <summary>Ends the holds of a dead letter with the step that records it. False when it is not where the step begins, or holds nothing.</summary>
    Task<bool> SkipAsync(CaseStep step, CancellationToken cancellationToken);
}
