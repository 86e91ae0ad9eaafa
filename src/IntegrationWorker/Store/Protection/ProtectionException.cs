namespace IntegrationWorker.Store.Protection;

/// <summary>The keys cannot be used, or do not open what the store holds. A person has to see to it.</summary>
internal sealed class ProtectionException : Exception
{
    public ProtectionException(string message)
        : base(message)
    {
    }

    public ProtectionException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
