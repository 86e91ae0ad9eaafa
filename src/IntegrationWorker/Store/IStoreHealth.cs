namespace IntegrationWorker.Store;

/// <summary>Says whether the store works.</summary>
internal interface IStoreHealth
{
    /// <summary>Writes one small row. Returns when that worked; what is wrong otherwise is the exception.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}
