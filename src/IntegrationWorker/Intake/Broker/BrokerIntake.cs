using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using MassTransit;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Intake.Broker;

/// <summary>Takes messages from the queues while the store works; leaves them there while it does not.</summary>
internal sealed class BrokerIntake(
    IBusControl bus,
    BrokerConnector connector,
    Batcher batcher,
    IMessagePipeline pipeline,
    IDeadLetterStore letters,
    StoreGate gate,
    IntakeState state,
    Rulebook rules,
    IOptions<BrokerOptions> broker,
    IOptions<IntakeOptions> intake,
    TimeProvider time,
    ILogger<BrokerIntake> logger) : BackgroundService, ISurrounding
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(250);

    // A connection that ends while queues are opened can leave the bus waiting for itself (RabbitMQ.Client then throws what the
    // bus takes for its own end, and stopping its endpoints waits too). What is not open after this time, although the broker can
    // be reached, is left behind, and another bus takes its place.
    private static readonly TimeSpan _stuckAfter = TimeSpan.FromSeconds(20);

    private volatile IBusControl _bus = bus;
    private bool _isReplaced;
    private List<HostReceiveEndpointHandle> _endpoints = [];
    private long? _notOpenSince;

    public string Name => "broker";

    public string? Reason => _bus.CheckHealth() is { Status: not BusHealthStatus.Healthy }
        ? "The broker does not answer."
        : gate.IsOpen && !AreOpen() ? "The queues are being opened." : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gate.WaitAsync(stoppingToken);

            while (true)
            {
                if (_endpoints.Count == 0 && !state.HasReturned)
                {
                    var queues = BrokerTopology.QueuesOf(rules);
                    _endpoints = [.. queues.Select(Connect), ConnectDead(queues, stoppingToken)];
                    BrokerLog.Taking(logger, _endpoints.Count);
                }
                else if (_endpoints.Count > 0 && state.HasReturned)
                {
                    await DisconnectAsync(stoppingToken);
                    BrokerLog.NotTaking(logger);
                }
                else if (_endpoints.Count > 0 && await AreStuckAsync(stoppingToken))
                {
                    BrokerLog.OpenedAnew(logger);
                    await ReplaceBusAsync(stoppingToken);
                }

                await Task.Delay(_lookEvery, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end: what is being decided is still acknowledged.
            await DisconnectAsync(CancellationToken.None);

            if (_isReplaced)
            {
                await _bus.StopAsync(CancellationToken.None);
            }
        }
    }

    private bool AreOpen()
    {
        var endpoints = _endpoints;
        return endpoints.Count > 0 && endpoints.TrueForAll(endpoint => endpoint.Ready.IsCompletedSuccessfully);
    }

    private async Task<bool> AreStuckAsync(CancellationToken cancellationToken)
    {
        if (AreOpen())
        {
            _notOpenSince = null;
            return false;
        }

        _notOpenSince ??= time.GetTimestamp();

        if (time.GetElapsedTime(_notOpenSince.Value) < _stuckAfter)
        {
            return false;
        }

        _notOpenSince = null;
        return await CanBeReachedAsync(cancellationToken);
    }

    private async Task<bool> CanBeReachedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await BrokerConnector.ThrowAwayAsync(await connector.ConnectAsync("look", cancellationToken), null);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return false;
        }
    }

    private async Task ReplaceBusAsync(CancellationToken cancellationToken)
    {
        // Not waited for: it may never end. The first one is stopped by the host, as far as it can be.
        if (_isReplaced)
        {
            _ = _bus.StopAsync(CancellationToken.None);
        }

        _isReplaced = true;
        _endpoints = [];
        _bus = Bus.Factory.CreateUsingRabbitMq(configure => BrokerServices.ConfigureHost(configure, broker.Value));

        try
        {
            await _bus.StartAsync(cancellationToken).WaitAsync(_stuckAfter, time, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The broker has gone again: queues that do not open on this one either are opened on another.
        }
    }

    private HostReceiveEndpointHandle Connect(InputQueue queue) => _bus.ConnectReceiveEndpoint(queue.Name, endpoint =>
    {
        var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
        BrokerTopology.Configure(rabbit);
        rabbit.PrefetchCount = broker.Value.Prefetch > 0 ? broker.Value.Prefetch : 2 * intake.Value.BatchMessagesMax;
        rabbit.BindDeadLetterQueue(BrokerNames.DeadExchange, BrokerNames.DeadExchange, dead => dead.SetQuorumQueue());
        endpoint.ConfigureReceive(pipe => pipe.UseFilter(new IntakeFilter(batcher, queue, time)));
    });

    private HostReceiveEndpointHandle ConnectDead(IReadOnlyList<InputQueue> queues, CancellationToken stopping) =>
        _bus.ConnectReceiveEndpoint(BrokerNames.DeadExchange, endpoint =>
        {
            var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
            rabbit.ConfigureConsumeTopology = false;
            rabbit.PublishFaults = false;
            rabbit.SetQuorumQueue();
            rabbit.PrefetchCount = 1;
            endpoint.ConfigureReceive(pipe => pipe.UseFilter(new DeadFilter(pipeline, letters, queues, time, logger, stopping)));
        });

    private async Task DisconnectAsync(CancellationToken cancellationToken)
    {
        var endpoints = _endpoints;
        _endpoints = [];
        await Task.WhenAll(endpoints.Select(endpoint => endpoint.StopAsync(cancellationToken)));
    }
}
