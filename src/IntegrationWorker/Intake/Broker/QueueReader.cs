using IntegrationWorker.Studies;
using RabbitMQ.Client;

namespace IntegrationWorker.Intake.Broker;

/// <summary>
/// Reads one queue: hands each delivery to the batcher in the order of the broker, and acknowledges it when its outcome is
/// committed. What is not acknowledged when the channel ends goes back to the queue.
/// </summary>
/// <remarks>
/// No serializer looks at a body: what a message is worth is decided behind the batcher, for all doors alike.
/// </remarks>
internal sealed class QueueReader : AsyncDefaultBasicConsumer
{
    private readonly InputQueue _queue;
    private readonly Batcher _batcher;
    private readonly TimeProvider _time;
    private readonly Acknowledgements _acknowledgements;
    private Task _acknowledging = Task.CompletedTask;
    private string _tag = "";
    private ulong _lastNumber;
    private volatile bool _isCancelled;

    private QueueReader(IChannel channel, InputQueue queue, Batcher batcher, TimeProvider time)
        : base(channel)
    {
        _queue = queue;
        _batcher = batcher;
        _time = time;
        _acknowledgements = new Acknowledgements(
            (number, multiple) => channel.BasicAckAsync(number, multiple),
            number => channel.BasicNackAsync(number, multiple: false, requeue: true));
    }

    /// <summary>False when channel or queue have ended, or the broker takes no acknowledgement.</summary>
    public bool IsOpen => Channel.IsOpen && !_isCancelled && !_acknowledging.IsCompleted;

    /// <param name="prefetch">How many deliveries it may hold unacknowledged.</param>
    public static async Task<QueueReader> OpenAsync(
        IConnection connection, InputQueue queue, ushort prefetch, Batcher batcher, TimeProvider time, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await BrokerTopology.DeclareAsync(channel, queue, cancellationToken);
        await channel.BasicQosAsync(0, prefetch, global: false, cancellationToken);

        var reader = new QueueReader(channel, queue, batcher, time);
        reader._acknowledging = reader._acknowledgements.RunAsync();
        reader._tag = await channel.BasicConsumeAsync(queue.Name, autoAck: false, reader, cancellationToken);

        return reader;
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        _lastNumber = deliveryTag;

        // The client uses its buffer again when this returns.
        var message = BrokerMessages.From(body.ToArray(), properties, _queue, _time.GetUtcNow());
        _batcher.Enqueue(new QueuedDelivery(message, _time.GetTimestamp(), deliveryTag, _acknowledgements));

        return Task.CompletedTask;
    }

    // The queue is gone.
    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _isCancelled = true;
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    /// <summary>Takes nothing more, and waits until what was taken is acknowledged or has gone back.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (IsOpen)
            {
                await Channel.BasicCancelAsync(_tag, noWait: false, cancellationToken);
                _acknowledgements.EndAfter(_lastNumber);
                await _acknowledging.WaitAsync(cancellationToken);
            }
        }
        catch (Exception)
        {
            // The channel has ended, or patience has: the broker gives what it holds to somebody else.
        }
        finally
        {
            _acknowledgements.Drop();
            await _acknowledging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class QueuedDelivery(InboundMessage message, long since, ulong number, Acknowledgements acknowledgements) : WaitingMessage(message, since)
    {
        public override void Complete(MessageResult result) => acknowledgements.Settle(number, isDecided: true);

        public override void Fail(Exception failure) => acknowledgements.Settle(number, isDecided: false);

        public override void Return(string reason) => acknowledgements.Settle(number, isDecided: false);
    }
}
