using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Replays;

/// <summary>
/// How many dead letters of a job are next: one, then ten, then more and more each second up to its rate; and whether so many are
/// rejected again that the job has to stop. Pure.
/// </summary>
internal sealed class ReplayPace(ReplayJob job)
{
    public const int BatchMax = 256;

    private const int CanariesAtFirst = 1;
    private const int Canaries = 11;
    private const double RateAtFirst = 10;

    // The share is that of the last ones: a cause that comes up late is seen as well.
    private const int WindowMax = 100;
    private const int WindowMin = 20;

    private readonly Queue<bool> _window = new();
    private TimeSpan? _rampStart;
    private TimeSpan _last;
    private double _allowed;

    /// <summary>How many may be replayed now; 0: wait.</summary>
    /// <param name="done">How many are done, in earlier lives of the job too.</param>
    /// <param name="now">A clock that only goes forward.</param>
    public int Next(long done, TimeSpan now)
    {
        if (job.HasCanary && done < Canaries)
        {
            return (int)(done < CanariesAtFirst ? CanariesAtFirst - done : Canaries - done);
        }

        if (job.Rate == 0)
        {
            return BatchMax;
        }

        if (_rampStart is not { } start)
        {
            (_rampStart, _last) = (now, now);
            return 0;
        }

        var rate = Math.Min(job.Rate, RateAtFirst * Math.Pow(2, Math.Min(30, Math.Floor((now - start).TotalSeconds))));
        _allowed = Math.Min(_allowed + ((now - _last).TotalSeconds * rate), Math.Max(1, rate));
        _last = now;

        return (int)Math.Min(BatchMax, _allowed);
    }

    /// <summary>Counts what was replayed.</summary>
    public void Add(IEnumerable<bool> rejected)
    {
        foreach (var one in rejected)
        {
            _allowed = Math.Max(0, _allowed - 1);
            _window.Enqueue(one);

            if (_window.Count > WindowMax)
            {
                _window.Dequeue();
            }
        }
    }

    /// <summary>Why the job has to stop; null when it may go on.</summary>
    public string? ReasonToStop(long done)
    {
        var rejected = _window.Count(one => one);
        var isEnough = _window.Count >= WindowMin || (job.HasCanary && done <= Canaries);

        return isEnough && rejected * 100 > job.StopPercent * _window.Count
            ? $"{rejected} of the last {_window.Count} were rejected again; more than {job.StopPercent} % stop it"
            : null;
    }
}
