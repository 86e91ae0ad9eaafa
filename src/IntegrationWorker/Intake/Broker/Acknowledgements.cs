using System.Threading.Channels;
using IntegrationWorker.Hosting;

namespace IntegrationWorker.Intake.Broker;

/// <summary>
/// Tells the broker what became of the deliveries of one channel, in the background. Those that are decided about without a
/// gap are acknowledged with one frame; one that takes longer holds nobody up.
/// </summary>
/// <param name="acknowledge">Tells the broker that a delivery, or with <c>true</c> each up to it, is done with.</param>
/// <param name="giveBack">Tells the broker that a delivery is to go back to its queue.</param>
internal sealed class Acknowledgements(Func<ulong, bool, ValueTask> acknowledge, Func<ulong, ValueTask> giveBack)
{
    private readonly Channel<(ulong Number, bool IsDecided)> _settled =
        Channel.CreateUnbounded<(ulong, bool)>(new UnboundedChannelOptions { SingleReader = true });

    // The first delivery that is not settled: all before it are.
    private ulong _next = 1;

    // Later ones that are settled.
    private readonly HashSet<ulong> _ahead = [];

    private ulong _last = ulong.MaxValue;

    /// <summary>Takes note that a delivery is decided about, or that it is to go back to its queue. Returns at once.</summary>
    public void Settle(ulong number, bool isDecided) => _settled.Writer.TryWrite((number, isDecided));

    /// <summary>No delivery comes after this one: <see cref="RunAsync"/> ends when it and all before it are settled.</summary>
    public void EndAfter(ulong last)
    {
        Volatile.Write(ref _last, last);
        _settled.Writer.TryWrite(default);
    }

    /// <summary>Nothing more is told to the broker.</summary>
    public void Drop() => _settled.Writer.TryComplete();

    /// <exception cref="RabbitMQ.Client.Exceptions.RabbitMQClientException">The channel has ended: the broker gives what is not acknowledged to somebody else.</exception>
    public async Task RunAsync()
    {
        var decided = new List<ulong>();
        var returned = new List<ulong>();

        while (_next <= Volatile.Read(ref _last) && await _settled.Reader.WaitToReadAsync())
        {
            decided.Clear();
            returned.Clear();

            while (_settled.Reader.TryRead(out var settled))
            {
                if (settled.Number >= _next && _ahead.Add(settled.Number))
                {
                    (settled.IsDecided ? decided : returned).Add(settled.Number);
                }
            }

            while (_ahead.Remove(_next))
            {
                _next++;
            }

            // First those that go back: an acknowledgement of all up to a later one would take them along.
            foreach (var number in returned)
            {
                await giveBack(number);
            }

            await AcknowledgeAsync(decided);
        }
    }

    private async Task AcknowledgeAsync(List<ulong> decided)
    {
        decided.Sort();
        decided.ForEach(_ => CrashPoint.Reach(CrashPoint.BeforeAck));
        var together = decided.FindLastIndex(number => number < _next) + 1;

        if (together > 0)
        {
            await acknowledge(decided[together - 1], true);
        }

        for (var i = together; i < decided.Count; i++)
        {
            await acknowledge(decided[i], false);
        }
    }
}
