using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using MassTransit;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Intake.Broker;

/// <summary>Takes what the broker has given up while the store works. It comes seldom, one at a time, and over the bus.</summary>
internal sealed class DeadIntake(
    IBusControl bus,
    BrokerConnector connector,
    IMessagePipeline pipeline,
    IDeadLetterStore letters,
    StoreGate gate,
    IntakeState state,
    Rulebook rules,
    IOptions<BrokerOptions> broker,
    TimeProvider time,
    ILogger<DeadIntake> logger) : BackgroundService, ISurrounding
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(250);

    // A connection that ends while queues are opened can leave the bus waiting for itself (RabbitMQ.Client then throws what the
    // bus takes for its own end, and stopping its endpoints waits too). What is not open after this time, although the broker can
    // be reached, is left behind, and another bus takes its place.
    private static readonly TimeSpan _stuckAfter = TimeSpan.FromSeconds(20);

    private volatile IBusControl _bus = bus;
    private bool _isReplaced;
    private volatile HostReceiveEndpointHandle? _endpoint;
    private long? _notOpenSince;

    public string Name => "broker";

    public string? Reason => _bus.CheckHealth() is { Status: not BusHealthStatus.Healthy }
        ? "The broker does not answer."
        : gate.IsOpen && !IsOpen ? "The queue of what the broker gives up is being opened." : null;

    private bool IsOpen => _endpoint is { Ready.IsCompletedSuccessfully: true };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gate.WaitAsync(stoppingToken);

            while (true)
            {
                if (_endpoint is null && !state.HasReturned)
                {
                    _endpoint = Connect(stoppingToken);
                }
                else if (_endpoint is not null && state.HasReturned)
                {
                    await DisconnectAsync(stoppingToken);
                }
                else if (_endpoint is not null && await IsStuckAsync(stoppingToken))
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

    private async Task<bool> IsStuckAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
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
        _endpoint = null;
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

    private HostReceiveEndpointHandle Connect(CancellationToken stopping) =>
        _bus.ConnectReceiveEndpoint(BrokerNames.DeadExchange, endpoint =>
        {
            var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
            rabbit.ConfigureConsumeTopology = false;
            rabbit.PublishFaults = false;
            rabbit.SetQuorumQueue();
            rabbit.PrefetchCount = 1;
            endpoint.ConfigureReceive(pipe => pipe.UseFilter(new DeadFilter(pipeline, letters, BrokerTopology.QueuesOf(rules), time, logger, stopping)));
        });

    private async Task DisconnectAsync(CancellationToken cancellationToken)
    {
        if (_endpoint is { } endpoint)
        {
            _endpoint = null;
            await endpoint.StopAsync(cancellationToken);
        }
    }
}
