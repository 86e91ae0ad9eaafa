using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>What arrives from an exchange since the subscription was opened, in order.</summary>
internal sealed class Subscription : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly Channel<ReceivedMessage> _arrived = Channel.CreateUnbounded<ReceivedMessage>();

    private Subscription(IChannel channel) => _channel = channel;

    public static async Task<Subscription> OpenAsync(
        IConnection connection, string exchange, string routingKey, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var subscription = new Subscription(channel);

        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        var queue = await channel.QueueDeclareAsync(cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue.QueueName, exchange, routingKey, cancellationToken: cancellationToken);

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            subscription._arrived.Writer.TryWrite(Read(delivery.Body, delivery.BasicProperties, delivery.RoutingKey));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, cancellationToken);
        return subscription;
    }

    public async Task<ReceivedMessage> NextAsync(CancellationToken cancellationToken)
    {
        using var guard = Guard(cancellationToken);
        try
        {
            return await _arrived.Reader.ReadAsync(guard.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No message within {Patience.Usual.TotalSeconds:0} s.");
        }
    }

    /// <summary>
    /// Everything up to and with the marker: a test sends a message last whose event it knows, and waits for that
    /// instead of for time. What should not have been published would stand before it.
    /// </summary>
    public async Task<IReadOnlyList<ReceivedMessage>> ReadUntilAsync(Func<ReceivedMessage, bool> isMarker, CancellationToken cancellationToken)
    {
        var received = new List<ReceivedMessage>();
        using var guard = Guard(cancellationToken);
        try
        {
            await foreach (var message in _arrived.Reader.ReadAllAsync(guard.Token))
            {
                received.Add(message);
                if (isMarker(message))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The marker did not arrive within {Patience.Usual.TotalSeconds:0} s; {received.Count} others did:\n"
                + string.Join('\n', received.Select(message => message.Text)));
        }

        return received;
    }

    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    // The body belongs to the library's buffer and is copied before the buffer is used again.
    internal static ReceivedMessage Read(ReadOnlyMemory<byte> body, IReadOnlyBasicProperties properties, string routingKey) => new(
        body.ToArray(),
        properties.ContentType,
        properties.MessageId,
        properties.Persistent,
        routingKey,
        new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>()));

    private static CancellationTokenSource Guard(CancellationToken cancellationToken)
    {
        var guard = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        guard.CancelAfter(Patience.Usual);
        return guard;
    }
}
