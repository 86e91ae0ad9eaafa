namespace IntegrationWorker.Intake;

/// <summary>Waits longer each time, up to a bound, with some chance in it so that several workers do not knock together.</summary>
internal sealed class BackOff(TimeProvider time)
{
    /// <summary>How long one waits at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(200);

    private readonly long _started = time.GetTimestamp();
    private int _waits;

    public bool IsFirst => _waits == 0;

    /// <summary>Since the first failure.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(After(_waits++, Longest), time, cancellationToken);

    /// <summary>The wait after so many others, for those who wait elsewhere.</summary>
    public static TimeSpan After(int waits, TimeSpan longest)
    {
        var wait = _first * Math.Pow(2, Math.Min(waits, 16));
        return (wait < longest ? wait : longest) * (0.75 + (0.5 * Random.Shared.NextDouble()));
    }
}
