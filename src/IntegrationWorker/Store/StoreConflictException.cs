namespace IntegrationWorker.Store;

/// <summary>Another transaction was first: a unique value was taken, or two transactions waited for each other. Nothing was written.</summary>
/// <remarks>The batch is read and decided again from the start; what then stands in the store decides differently.</remarks>
internal sealed class StoreConflictException : Exception
{
    public StoreConflictException(string message)
        : base(message)
    {
    }

    public StoreConflictException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
