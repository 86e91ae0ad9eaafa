namespace IntegrationWorker.Target;

/// <summary>Where a platform keeps the studies: decisions become plans, and whoever brings them is woken.</summary>
internal interface ITargetSignal
{
    /// <summary>Plans were committed.</summary>
    void Wake();
}
