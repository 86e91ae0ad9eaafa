namespace IntegrationWorker.Mllp;

/// <summary>Bounds the memory of all connections together, whatever their number.</summary>
internal sealed class MllpPlaces : IDisposable
{
    /// <summary>A frame above this size needs a place of its own before more of it is read.</summary>
    public const int LargeBytes = 64 * 1024;

    private const int MessagesMax = 1024;
    private const int LargeMax = 32;

    /// <summary>Messages that wait for their answers.</summary>
    public SemaphoreSlim Messages { get; } = new(MessagesMax, MessagesMax);

    /// <summary>Large messages, from their reading to their answer. Taken whole: two halves that wait for each other would wait for ever.</summary>
    public SemaphoreSlim Large { get; } = new(LargeMax, LargeMax);

    public void Dispose()
    {
        Messages.Dispose();
        Large.Dispose();
    }
}
