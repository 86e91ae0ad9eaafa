using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace IntegrationWorker.Intake.Broker;

/// <summary>Puts messages of other doors on the worker's queues, with confirms.</summary>
internal sealed class QueuePublisher(BrokerConnector connector) : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;
    private IChannel? _channel;
    private volatile CancellationTokenSource _blocked = new();

    /// <summary>True when the broker has the message on its disks; false when it is away or refuses it.</summary>
    public async Task<bool> TryPublishAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_patience);

        try
        {
            var channel = await OpenAsync(timeout.Token);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _blocked.Token);
            await channel.BasicPublishAsync(
                "", BrokerTopology.QueueOf(message.Door), mandatory: true, PropertiesOf(message), message.Body, either.Token);
            return true;
        }
        catch (Exception e) when ((IsOfBroker(e) || e is OperationCanceledException) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _opening.Dispose();
        _blocked.Dispose();
    }

    private static bool IsOfBroker(Exception failure) =>
        failure is RabbitMQClientException or IOException or System.Net.Sockets.SocketException or TimeoutException or ObjectDisposedException;

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);

        try
        {
            if (_channel is { IsOpen: true } opened)
            {
                return opened;
            }

            await CloseAsync();
            _connection = await connector.ConnectAsync("doors", cancellationToken);

            // A broker without memory or disk takes nothing and answers nothing; senders are told at once.
            _connection.ConnectionBlockedAsync += (_, _) => _blocked.CancelAsync();
            _connection.ConnectionUnblockedAsync += (_, _) => Unblocked();

            // With tracking a publication completes when the broker has confirmed it.
            return _channel = await _connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task CloseAsync()
    {
        var (channel, connection) = (_channel, _connection);
        (_channel, _connection) = (null, null);
        await BrokerConnector.ThrowAwayAsync(connection, channel);
        await Unblocked();
    }

    private Task Unblocked()
    {
        if (_blocked.IsCancellationRequested)
        {
            _blocked = new CancellationTokenSource();
        }

        return Task.CompletedTask;
    }

    private static BasicProperties PropertiesOf(InboundMessage message)
    {
        var properties = new BasicProperties
        {
            DeliveryMode = DeliveryModes.Persistent,
            CorrelationId = message.CorrelationId,
            MessageId = message.DeliveryId,
            Headers = message.Headers.Where(header => header.Key != "content-type").ToDictionary(header => header.Key, header => (object?)header.Value),
        };

        if (message.Headers.TryGetValue("content-type", out var type))
        {
            properties.ContentType = type;
        }

        return properties;
    }
}
