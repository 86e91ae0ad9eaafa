namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>Waiting for something outside this process: looks again and again, and gives up with a reason.</summary>
internal static class Patience
{
    /// <summary>How long anything may take before the test is considered stuck.</summary>
    public static TimeSpan Usual { get; } = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> whatIsMissing, CancellationToken cancellationToken)
        => await UntilAsync(condition, whatIsMissing, Usual, cancellationToken);

    public static async Task UntilAsync(
        Func<Task<bool>> condition, Func<string> whatIsMissing, TimeSpan patience, CancellationToken cancellationToken)
    {
        var end = TimeProvider.System.GetTimestamp() + (long)(patience.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (!await condition())
        {
            if (TimeProvider.System.GetTimestamp() > end)
            {
                throw new TimeoutException($"Not within {patience.TotalSeconds:0} s: {whatIsMissing()}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
