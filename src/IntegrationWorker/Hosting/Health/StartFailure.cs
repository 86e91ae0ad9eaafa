namespace IntegrationWorker.Hosting.Health;

/// <summary>Why the worker ended by itself after its start; null when it did not.</summary>
internal sealed class StartFailure
{
    public string? Reason { get; private set; }

    public void Report(string reason) => Reason ??= reason;
}
