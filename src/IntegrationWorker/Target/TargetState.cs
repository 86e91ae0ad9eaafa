using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;

namespace IntegrationWorker.Target;

/// <summary>Whether the platform can be worked with at the moment.</summary>
internal sealed class TargetState(TimeProvider time) : ISurrounding
{
    // One failure is met every day; health is asked whether somebody has to look.
    private const int FailuresUntilTold = 3;

    private readonly Lock _lock = new();
    // Whoever asks for more is asked again.
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(10);

    private int _failures;
    private int _pauses;
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

    /// <summary>What the platform asks for, to a bound; null when it asks for nothing.</summary>
    public static TimeSpan? AskedBy(TargetFailure failure) => failure.RetryAfter is { } asked && asked > _longestPause ? _longestPause : failure.RetryAfter;

    /// <summary>The platform failed, and no study is known to work. What it asks for, it gets; without a word each pause is longer than the one before.</summary>
    /// <returns>True when it is the first failure after it worked.</returns>
    public bool Fails(TargetFailure failure)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _last = failure;

            // Of several that were in hand together one counts.
            _pauses += now >= _pausedUntil ? 1 : 0;
            var until = now + (AskedBy(failure) ?? BackOff.After(Math.Max(0, _pauses - 1), BackOff.Longest));
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
            (_failures, _pauses, _last, _pausedUntil) = (0, 0, null, default);

            return hadFailed;
        }
    }
}
