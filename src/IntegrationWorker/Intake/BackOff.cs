namespace IntegrationWorker.Intake;

/// <summary>Waits longer each time, up to a bound, with some chance in it so that several workers do not knock together.</summary>
internal sealed class BackOff(TimeProvider time)
{
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(15);

    private readonly long _started = time.GetTimestamp();
    private int _waits;

    public bool IsFirst => _waits == 0;

    /// <summary>Since the first failure.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var wait = _first * Math.Pow(2, Math.Min(_waits++, 16));
        var bounded = wait < _longest ? wait : _longest;

        return Task.Delay(bounded * (0.75 + (0.5 * Random.Shared.NextDouble())), time, cancellationToken);
    }
}
