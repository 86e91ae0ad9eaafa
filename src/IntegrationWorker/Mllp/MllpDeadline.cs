using System.IO.Pipelines;

namespace IntegrationWorker.Mllp;

/// <summary>A time by which something has to come: then reading is interrupted, once, without ending the connection.</summary>
internal sealed class MllpDeadline : IDisposable
{
    private readonly ITimer _timer;
    private volatile bool _isOver;

    public MllpDeadline(PipeReader input, TimeProvider time) => _timer = time.CreateTimer(
        _ =>
        {
            _isOver = true;
            input.CancelPendingRead();
        },
        null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public bool IsOver => _isOver;

    public void Set(TimeSpan after)
    {
        _isOver = false;
        _timer.Change(after, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
