using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace IntegrationWorker.Intake;

/// <summary>The messages that wait to be decided about, in the order in which they came. All may stand in line; one takes them out.</summary>
internal sealed class WaitingLine
{
    // Bounded by the doors: the broker's prefetch, and the number of requests at a time.
    // Not told that it has a single reader: such a one cannot say how many wait.
    private readonly Channel<WaitingMessage> _arrived = Channel.CreateUnbounded<WaitingMessage>();

    // The first ones: read already, or put back. Belongs to the one who takes.
    private Queue<WaitingMessage> _first = new();

    private volatile Lookout? _lookout;

    /// <summary>How many wait.</summary>
    public int Count => _first.Count + _arrived.Reader.Count;

    /// <summary>False: the line is closed.</summary>
    public bool TryEnter(WaitingMessage message)
    {
        if (!_arrived.Writer.TryWrite(message))
        {
            return false;
        }

        if (_lookout is { } lookout && Count >= lookout.Count)
        {
            lookout.Reached.TrySetResult();
        }

        return true;
    }

    /// <summary>Nobody enters any more.</summary>
    public void Close() => _arrived.Writer.TryComplete();

    /// <summary>Waits until somebody is there. False: the line is closed and empty.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        _first.Count > 0 || await _arrived.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Waits until so many are there, but not longer than for <paramref name="end"/>.</summary>
    public async Task WaitForAsync(int count, Task end)
    {
        var lookout = new Lookout(count);
        _lookout = lookout;

        // Whoever has come before they could see that somebody looks out.
        if (Count < count)
        {
            await Task.WhenAny(lookout.Reached.Task, end);
        }

        _lookout = null;
    }

    public bool TryTake([NotNullWhen(true)] out WaitingMessage? message) => _first.TryDequeue(out message) || _arrived.Reader.TryRead(out message);

    /// <summary>They are the first ones again.</summary>
    public void PutBack(IEnumerable<WaitingMessage> messages) => _first = new Queue<WaitingMessage>(messages.Concat(_first));

    /// <summary>Lets the first ones be read while they wait, up to <paramref name="max"/> of them and not longer than for <paramref name="end"/>.</summary>
    public void ReadAhead(IMessagePipeline pipeline, int max, Task end)
    {
        while (!end.IsCompleted && _first.Count < max && _arrived.Reader.TryRead(out var message))
        {
            message.ReadAhead(pipeline);
            _first.Enqueue(message);
        }
    }

    private sealed record Lookout(int Count)
    {
        // Whoever enters has something else to do than what comes then.
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
