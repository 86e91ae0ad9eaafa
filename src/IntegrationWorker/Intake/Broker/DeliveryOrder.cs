using System.Collections.Concurrent;

namespace IntegrationWorker.Intake.Broker;

/// <summary>
/// Puts the deliveries of a queue back into the order in which the broker sent them: the bus hands each to a thread of
/// the pool, and these overtake each other. Newer facts win anyway, but outcomes and events read best in order.
/// </summary>
internal sealed class DeliveryOrder(TimeProvider time)
{
    // Deliveries that are missing have been sent already and are a moment away, unless the bus dropped them while stopping.
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    // By consumer tag: numbers start again at 1 on every new channel.
    private readonly ConcurrentDictionary<string, ConsumerOrder> _consumers = new(StringComparer.Ordinal);

    /// <summary>Calls back for each delivery in the order of their numbers; at once when none is missing before it.</summary>
    public void Pass(string consumerTag, ulong number, Action pass) =>
        _consumers.GetOrAdd(consumerTag, _ => new ConsumerOrder(time)).Pass(number, pass);

    private sealed class ConsumerOrder(TimeProvider time)
    {
        private readonly Lock _lock = new();
        private readonly SortedDictionary<ulong, Action> _early = [];
        private ulong _next = 1;
        private bool _isWaiting;

        public void Pass(ulong number, Action pass)
        {
            lock (_lock)
            {
                if (number > _next)
                {
                    _early.Add(number, pass);
                    WaitForMissing();
                    return;
                }

                pass();
                _next = Math.Max(_next, number + 1);
                PassEarly();
            }
        }

        private void PassEarly()
        {
            while (_early.Remove(_next, out var pass))
            {
                pass();
                _next++;
            }
        }

        private void WaitForMissing()
        {
            if (!_isWaiting)
            {
                _isWaiting = true;
                _ = PassLaterAsync(_next);
            }
        }

        private async Task PassLaterAsync(ulong missing)
        {
            await Task.Delay(_patience, time);

            lock (_lock)
            {
                _isWaiting = false;

                if (_next == missing && _early.Count > 0)
                {
                    _next = _early.Keys.First();
                    PassEarly();
                }

                if (_early.Count > 0)
                {
                    WaitForMissing();
                }
            }
        }
    }
}
