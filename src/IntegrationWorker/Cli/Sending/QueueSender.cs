using IntegrationWorker.Intake.Broker;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace IntegrationWorker.Cli.Sending;

/// <summary>Puts messages on the worker's queues; the broker has confirmed each before the next one goes.</summary>
internal sealed class QueueSender : ISender
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string? _queue;

    private QueueSender(IConnection connection, IChannel channel, string? queue) => (_connection, _channel, _queue) = (connection, channel, queue);

    /// <param name="queue">For all messages; null: by the kind of each.</param>
    public static async Task<QueueSender> OpenAsync(BrokerConnector connector, string? queue, CancellationToken cancellationToken)
    {
        var connection = await connector.ConnectAsync("send", cancellationToken);
        var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

        return new QueueSender(connection, await connection.CreateChannelAsync(options, cancellationToken), queue);
    }

    public async Task<SendResult> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var queue = _queue ?? BrokerTopology.QueueOf(message.Door);
        var properties = new BasicProperties
        {
            DeliveryMode = DeliveryModes.Persistent,
            Headers = message.Headers.Where(header => header.Key != "content-type").ToDictionary(header => header.Key, header => (object?)header.Value),
        };

        if (message.ContentType is { } type)
        {
            properties.ContentType = type;
        }

        try
        {
            await _channel.BasicPublishAsync("", queue, mandatory: true, properties, message.Body, cancellationToken);
            return new SendResult(SendResult.Accepted, queue);
        }
        catch (PublishException e)
        {
            return new SendResult(SendResult.Failed, e.IsReturn ? $"there is no queue {queue}" : $"{queue} refused it");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
