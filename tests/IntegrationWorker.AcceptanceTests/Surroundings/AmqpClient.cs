using System.Text;
using RabbitMQ.Client;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A foreign program on the broker: it knows AMQP and nothing of the worker's bus library.</summary>
internal sealed class AmqpClient : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private AmqpClient(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    /// <summary>Connects. After a broker restart connect anew: this client does not repair itself behind the test's back.</summary>
    public static async Task<AmqpClient> ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false, ClientProvidedName = "acceptance tests" };
        var connection = await factory.CreateConnectionAsync(cancellationToken);

        // With tracking each publication completes only when the broker has confirmed it, and fails when no queue took it.
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        return new AmqpClient(connection, await connection.CreateChannelAsync(confirms, cancellationToken));
    }

    /// <summary>Puts one raw body into a queue. Has been confirmed by the broker when this returns.</summary>
    public async Task PublishAsync(
        string queue,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? headers = null,
        string? contentType = null,
        string? messageId = null)
    {
        var properties = new BasicProperties { Persistent = true, Headers = new Dictionary<string, object?>() };
        if (contentType is not null)
        {
            properties.ContentType = contentType;
        }

        if (messageId is not null)
        {
            properties.MessageId = messageId;
        }

        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
        {
            properties.Headers[name] = value;
        }

        await _channel.BasicPublishAsync("", queue, mandatory: true, properties, body, cancellationToken);
    }

    public Task PublishAsync(
        string queue,
        string body,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? headers = null,
        string? contentType = null,
        string? messageId = null) =>
        PublishAsync(queue, Encoding.UTF8.GetBytes(body), cancellationToken, headers, contentType, messageId);

    /// <summary>Many bodies with confirms in flight together.</summary>
    public async Task PublishAllAsync(
        string queue, IEnumerable<ReadOnlyMemory<byte>> bodies, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? headers = null)
    {
        foreach (var part in bodies.Chunk(200))
        {
            await Task.WhenAll(part.Select(body => PublishAsync(queue, body, cancellationToken, headers)));
        }
    }

    /// <summary>From now on, everything published to a topic exchange; by default the worker's events.</summary>
    public Task<Subscription> SubscribeAsync(
        CancellationToken cancellationToken, string exchange = "study-updated", string routingKey = "#") =>
        Subscription.OpenAsync(_connection, exchange, routingKey, cancellationToken);

    public async Task DeclareClassicQueueAsync(string queue, CancellationToken cancellationToken) =>
        await _channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);

    public async Task DeleteQueueAsync(string queue, CancellationToken cancellationToken) =>
        await _channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);

    public async Task DeclareQuorumQueueAsync(string queue, CancellationToken cancellationToken) =>
        await _channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);

    /// <summary>A durable queue that keeps everything published to a topic exchange, over restarts of the broker.</summary>
    public async Task BindQuorumQueueAsync(string queue, string exchange, CancellationToken cancellationToken)
    {
        await DeclareQuorumQueueAsync(queue, cancellationToken);
        await _channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        await _channel.QueueBindAsync(queue, exchange, "#", cancellationToken: cancellationToken);
    }

    /// <summary>Takes all that waits in a queue, in order.</summary>
    public async Task<IReadOnlyList<ReceivedMessage>> TakeAllAsync(string queue, CancellationToken cancellationToken)
    {
        var taken = new List<ReceivedMessage>();

        while (await TakeAsync(queue, cancellationToken) is { } message)
        {
            taken.Add(message);
        }

        return taken;
    }

    /// <summary>How many messages wait in a queue. Null: there is no such queue.</summary>
    public async Task<uint?> CountAsync(string queue, CancellationToken cancellationToken)
    {
        // The broker closes the channel when the queue is missing, therefore one of its own.
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return await channel.MessageCountAsync(queue, cancellationToken);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
        {
            return null;
        }
    }

    /// <summary>Takes one message out of a queue. Null: it is empty.</summary>
    public async Task<ReceivedMessage?> TakeAsync(string queue, CancellationToken cancellationToken)
    {
        var result = await _channel.BasicGetAsync(queue, autoAck: true, cancellationToken);
        return result is null ? null : Subscription.Read(result.Body, result.BasicProperties, result.RoutingKey);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
