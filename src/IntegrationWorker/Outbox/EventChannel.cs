using IntegrationWorker.Contracts;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Store;
using RabbitMQ.Client;

namespace IntegrationWorker.Outbox;

/// <summary>The way to the exchange of the events, with publisher confirms. Used by one caller at a time.</summary>
internal sealed class EventChannel(BrokerConnector connector) : IAsyncDisposable
{
    // A broker that has not confirmed by then is taken for dead: the events are published again on a new connection.
    private static readonly TimeSpan _confirmPatience = TimeSpan.FromSeconds(30);

    private IConnection? _connection;
    private IChannel? _channel;
    private Confirms? _confirms;

    private volatile string? _blocked;

    public bool IsOpen => _channel is { IsOpen: true };

    /// <summary>Why the broker takes nothing from anybody at the moment, in its own words (low on memory, low on disk); null while it takes events.</summary>
    public string? Blocked => _blocked;

    /// <summary>Connects and declares the exchange, unless that is done.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
        {
            return;
        }

        await CloseAsync();
        _connection = await connector.ConnectAsync("events", cancellationToken);
        _connection.ConnectionBlockedAsync += (_, blocked) => Told(blocked.Reason);
        _connection.ConnectionUnblockedAsync += (_, _) => Told(null);
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), cancellationToken);
        _confirms = new Confirms();
        _confirms.Follow(_channel);
        await _channel.ExchangeDeclareAsync(
            BrokerNames.StudyUpdatedExchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
    }

    public void ThrowIfClosed()
    {
        if (!IsOpen)
        {
            throw new IOException("The connection to the broker has ended.");
        }
    }

    /// <summary>Publishes in order and waits for the confirms.</summary>
    /// <returns>Positions of the events that the broker has taken; the others are to be published again.</returns>
    public async Task<IReadOnlySet<long>> PublishAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return new HashSet<long>();
        }

        ThrowIfClosed();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_confirmPatience);

        try
        {
            _confirms!.Expect(entries.Select(entry => entry.Position));

            foreach (var entry in entries)
            {
                // Without tracking it completes when it is written: they go out one after the other, unanswered.
                await _channel!.BasicPublishAsync(
                    BrokerNames.StudyUpdatedExchange, BrokerNames.StudyUpdatedRoutingKey, mandatory: false, PropertiesOf(entry), entry.Body, timeout.Token);
            }

            return await WaitAsync(_confirms, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await CloseAsync();
            throw new TimeoutException("The broker does not confirm.");
        }
        catch
        {
            // How far it came is unknown, and with it the numbers of the publications that would follow.
            await CloseAsync();
            throw;
        }
    }

    // A broker that has said that it takes nothing is waited for: another connection would be refused as well.
    private async Task<IReadOnlySet<long>> WaitAsync(Confirms confirms, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(_confirmPatience);

            try
            {
                return await confirms.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException) when (_blocked is not null && !cancellationToken.IsCancellationRequested)
            {
                // Go on waiting.
            }
        }
    }

    public async Task CloseAsync()
    {
        var (channel, connection) = (_channel, _connection);
        (_channel, _connection, _confirms, _blocked) = (null, null, null, null);
        await BrokerConnector.ThrowAwayAsync(connection, channel);
    }

    private Task Told(string? blocked)
    {
        _blocked = blocked;
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private static BasicProperties PropertiesOf(OutboxEntry entry) => new()
    {
        ContentType = BrokerNames.CloudEventsContentType,
        DeliveryMode = DeliveryModes.Persistent,
        MessageId = entry.EventId,
        Type = StudyUpdated.EventType,
    };
}
