using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace IntegrationWorker.Intake.Broker;

/// <summary>Takes messages from the queues while the store works; leaves them there while it does not.</summary>
internal sealed class QueueIntake(
    BrokerConnector connector,
    Batcher batcher,
    StoreGate gate,
    IntakeState state,
    Rulebook rules,
    IOptions<BrokerOptions> broker,
    IOptions<IntakeOptions> intake,
    TimeProvider time,
    ILogger<QueueIntake> logger) : BackgroundService, ISurrounding
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(250);

    // Nothing is decided about while the store does not work: what goes back is a moment away.
    private static readonly TimeSpan _returnPatience = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<InputQueue> _queues = BrokerTopology.QueuesOf(rules);

    private IConnection? _connection;

    // One after the other while they are being opened: messages of the first queue may come before the last one is there.
    private volatile QueueReader[] _readers = [];
    private volatile string? _reason = "The queues are being opened.";

    public string Name => "broker";

    public string? Reason => !gate.IsOpen || state.HasReturned || IsOpen ? null : _reason ?? "The broker does not answer.";

    private bool IsOpen => _readers is var readers && readers.Length == _queues.Count && Array.TrueForAll(readers, reader => reader.IsOpen);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gate.WaitAsync(stoppingToken);
            var backOff = new BackOff(time);

            while (true)
            {
                if (state.HasReturned)
                {
                    await LeaveAsync();
                }
                else if (!IsOpen)
                {
                    backOff = await TryOpenAsync(stoppingToken) ? new BackOff(time) : await WaitedAsync(backOff, stoppingToken);
                }

                await Task.Delay(_lookEvery, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end: what is being decided is still acknowledged.
            await CloseAsync(CancellationToken.None);
        }
    }

    private async Task<bool> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CloseAsync(new CancellationToken(canceled: true));
            var prefetch = broker.Value.Prefetch > 0 ? broker.Value.Prefetch : 3 * intake.Value.BatchMessagesMax;
            _connection = await connector.ConnectAsync("intake", cancellationToken);

            foreach (var queue in _queues)
            {
                _readers = [.. _readers, await QueueReader.OpenAsync(_connection, queue, (ushort)Math.Min(prefetch, ushort.MaxValue), batcher, time, cancellationToken)];
            }

            _reason = null;
            BrokerLog.Taking(logger, _queues.Count);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _reason = BrokerFailureText.Explain(failure);
            return false;
        }
    }

    private static async Task<BackOff> WaitedAsync(BackOff backOff, CancellationToken cancellationToken)
    {
        await backOff.WaitAsync(cancellationToken);
        return backOff;
    }

    private async Task LeaveAsync()
    {
        if (_connection is not null)
        {
            using var patience = new CancellationTokenSource(_returnPatience, time);
            await CloseAsync(patience.Token);
            BrokerLog.NotTaking(logger);
        }
    }

    private async Task CloseAsync(CancellationToken patience)
    {
        var (connection, readers) = (_connection, _readers);
        (_connection, _readers) = (null, []);
        await Task.WhenAll(readers.Select(reader => reader.EndAsync(patience)));
        await BrokerConnector.ThrowAwayAsync(connection, null);
    }
}
