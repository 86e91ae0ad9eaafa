using RabbitMQ.Client;

namespace IntegrationWorker.Outbox;

/// <summary>Matches the broker's confirms, which come in any order and several at once, with what was published on a channel.</summary>
internal sealed class Confirms
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, long> _pending = [];
    private readonly HashSet<long> _taken = [];

    // The numbers of a channel's publications start at 1 and are never used again.
    private ulong _next = 1;
    private TaskCompletionSource<IReadOnlySet<long>> _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Follow(IChannel channel)
    {
        channel.BasicAcksAsync += (_, ack) => Handled(() => Answer(ack.DeliveryTag, ack.Multiple, isTaken: true));
        channel.BasicNacksAsync += (_, nack) => Handled(() => Answer(nack.DeliveryTag, nack.Multiple, isTaken: false));
        channel.ChannelShutdownAsync += (_, _) => Handled(End);
    }

    /// <summary>To be called before the publications of these positions, which follow in this order.</summary>
    public void Expect(IEnumerable<long> positions)
    {
        lock (_lock)
        {
            _pending.Clear();
            _taken.Clear();
            _all = new TaskCompletionSource<IReadOnlySet<long>>(TaskCreationOptions.RunContinuationsAsynchronously);

            foreach (var position in positions)
            {
                _pending.Add(_next++, position);
            }
        }
    }

    /// <summary>Until the broker has answered all; returns the positions it has taken.</summary>
    public Task<IReadOnlySet<long>> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _all.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The broker has taken, or refused, a publication, or all up to it.</summary>
    public void Answer(ulong number, bool multiple, bool isTaken)
    {
        lock (_lock)
        {
            foreach (var each in multiple ? _pending.Keys.Where(pending => pending <= number).ToList() : [number])
            {
                if (_pending.Remove(each, out var position) && isTaken)
                {
                    _taken.Add(position);
                }
            }

            if (_pending.Count == 0)
            {
                _all.TrySetResult(new HashSet<long>(_taken));
            }
        }
    }

    /// <summary>The channel has ended: what is unanswered stays so.</summary>
    public void End()
    {
        lock (_lock)
        {
            _all.TrySetException(new IOException("The connection to the broker has ended."));
        }
    }

    private static Task Handled(Action work)
    {
        work();
        return Task.CompletedTask;
    }
}
