using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Store;

namespace IntegrationWorker.Hosting.Metrics;

/// <summary>The figures of the store for those who scrape: however many do, and however often, the database is asked now and then.</summary>
internal sealed class StoreWatch(StoreGate gate, StoreFiguresReader reader, TimeProvider time)
{
    private static readonly TimeSpan _freshFor = TimeSpan.FromSeconds(5);

    // Figures that are older say nothing about now, and are not shown.
    private static readonly TimeSpan _shownFor = TimeSpan.FromMinutes(1);

    // Whoever scrapes wants an answer, also when the database is busy.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    // Counting a mountain takes its time: the rest belongs to the messages.
    private const int ShareOfTime = 20;

    private readonly Lock _lock = new();
    private Task _look = Task.CompletedTask;
    private Seen? _seen;
    private TimeSpan _pause = TimeSpan.Zero;
    private long _endedAt;

    /// <summary>The last look was answered. False as well before there was one.</summary>
    public bool Answers { get; private set; }

    /// <summary>What was found lately; null when nothing is known.</summary>
    public StoreFigures? Latest => _seen is { } seen && time.GetElapsedTime(seen.At) < _shownFor ? seen.Figures : null;

    /// <summary>Looks at the store, unless it was looked at a moment ago. Never fails: what cannot be read is not there afterwards.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (!gate.IsOpen)
        {
            return;
        }

        // One look at a time: a database that hangs would collect them.
        Task look;

        lock (_lock)
        {
            if (_look.IsCompleted && time.GetElapsedTime(_endedAt) >= _pause)
            {
                _look = Task.Run(LookAsync, CancellationToken.None);
            }

            look = _look;
        }

        try
        {
            await look.WaitAsync(_patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Answers = false;
        }
    }

    private async Task LookAsync()
    {
        var started = time.GetTimestamp();

        try
        {
            _seen = new Seen(await reader.ReadAsync(CancellationToken.None), started);
            Answers = true;
        }
        catch (Exception)
        {
            // Who decides about messages tells of it; here it is a figure.
            (_seen, Answers) = (null, false);
        }

        var took = time.GetElapsedTime(started) * ShareOfTime;
        (_pause, _endedAt) = (took > _freshFor ? took : _freshFor, time.GetTimestamp());
    }

    private sealed record Seen(StoreFigures Figures, long At);
}
