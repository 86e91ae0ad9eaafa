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

    private List<HostReceiveEndpointHandle> _endpoints = [];

    public string Name => "broker";

    public string? Reason => bus.CheckHealth() is { Status: not BusHealthStatus.Healthy }
        ? "The broker does not answer."
        : gate.IsOpen && !AreOpen(_endpoints) ? "The queues are being opened." : null;

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

                await Task.Delay(_lookEvery, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end: what is being decided is still acknowledged.
            await DisconnectAsync(CancellationToken.None);
        }
    }

    private static bool AreOpen(List<HostReceiveEndpointHandle> endpoints) =>
        endpoints.Count > 0 && endpoints.TrueForAll(endpoint => endpoint.Ready.IsCompletedSuccessfully);

    private HostReceiveEndpointHandle Connect(InputQueue queue) => bus.ConnectReceiveEndpoint(queue.Name, endpoint =>
    {
        var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
        BrokerTopology.Configure(rabbit);
        rabbit.PrefetchCount = broker.Value.Prefetch > 0 ? broker.Value.Prefetch : 2 * intake.Value.BatchMessagesMax;
        rabbit.BindDeadLetterQueue(BrokerNames.DeadExchange, BrokerNames.DeadExchange, dead => dead.SetQuorumQueue());
        endpoint.ConfigureReceive(pipe => pipe.UseFilter(new IntakeFilter(batcher, queue, time)));
    });

    private HostReceiveEndpointHandle ConnectDead(IReadOnlyList<InputQueue> queues, CancellationToken stopping) =>
        bus.ConnectReceiveEndpoint(BrokerNames.DeadExchange, endpoint =>
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
