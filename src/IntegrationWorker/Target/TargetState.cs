using IntegrationWorker.Hosting.Health;

namespace IntegrationWorker.Target;

/// <summary>Whether the platform can be worked with at the moment.</summary>
internal sealed class TargetState(TimeProvider time) : ISurrounding
{
    // One failure is met every day; health is asked whether somebody has to look.
    private const int FailuresUntilTold = 3;

    private readonly Lock _lock = new();
    private int _failures;
    private TargetFailure? _last;
    private DateTimeOffset _pausedUntil;

    public string Name => "target";

    public string? Reason
    {
        get
        {
            lock (_lock)
            {
                return _failures >= FailuresUntilTold ? $"{_last!.Code} {_last.Text} Changes wait and nothing is lost." : null;
            }
        }
    }

    /// <summary>The last thing that was tried failed: one study at a time is tried until one works.</summary>
    public bool IsFailing
    {
        get
        {
            lock (_lock)
            {
                return _failures > 0;
            }
        }
    }

    /// <summary>Nothing is to be sent before then.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock)
            {
                var pause = _pausedUntil - time.GetUtcNow();
                return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
            }
        }
    }

    /// <returns>True when it is the first failure after it worked.</returns>
    public bool Fails(TargetFailure failure, TimeSpan pause)
    {
        lock (_lock)
        {
            _last = failure;
            var until = time.GetUtcNow() + pause;
            _pausedUntil = until > _pausedUntil ? until : _pausedUntil;

            return _failures++ == 0;
        }
    }

    /// <returns>True when it had failed before.</returns>
    public bool Works()
    {
        lock (_lock)
        {
            var hadFailed = _failures > 0;
            (_failures, _last, _pausedUntil) = (0, null, default);

            return hadFailed;
        }
    }
}
