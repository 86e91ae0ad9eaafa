namespace IntegrationWorker.Subscriptions.Work;

/// <summary>How long to wait after a failure. docs/mapping.md §8.2.</summary>
internal static class RetryLadder
{
    private static readonly TimeSpan[] _pauses =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)];

    /// <param name="failures">How many there were before this one.</param>
    public static TimeSpan Pause(int failures) => _pauses[Math.Clamp(failures, 0, _pauses.Length - 1)];
}
