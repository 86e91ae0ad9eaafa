namespace IntegrationWorker.Hosting.Health;

/// <summary>Closed until the store is open: whoever needs it waits here.</summary>
internal sealed class StoreGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOpen => _opened.Task.IsCompletedSuccessfully;

    /// <summary>Why it is still closed; null when it is open, or nothing has failed so far.</summary>
    public string? Reason { get; set; }

    public void Open()
    {
        Reason = null;
        _opened.TrySetResult();
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);
}
