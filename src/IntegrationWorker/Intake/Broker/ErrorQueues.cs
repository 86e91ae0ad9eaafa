using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace IntegrationWorker.Intake.Broker;

/// <summary>
/// Collects what lies in the bus's own <c>_error</c> and <c>_skipped</c> queues beside ours: another program or an earlier version has
/// put it there. Each becomes a dead letter, and is taken from its queue once that is stored; one that was stored before stays one.
/// </summary>
internal sealed class ErrorQueues(
    BrokerConnector connector, IDeadLetterStore letters, StoreGate gate, Rulebook rules, TimeProvider time, ILogger<ErrorQueues> logger)
    : StoreWork(gate)
{
    private const string RetryCount = "mt-fault-retrycount";
    private const string ExceptionType = "mt-fault-exceptiontype";

    private static readonly TimeSpan _lookEvery = TimeSpan.FromMinutes(1);
    private static readonly string[] _suffixes = ["_error", "_skipped"];

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await CollectAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Broker or store are away, which others tell: the next time.
            }

            await Task.Delay(_lookEvery, time, stoppingToken);
        }
    }

    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        var connection = await connector.ConnectAsync("error queues", cancellationToken);

        try
        {
            foreach (var queue in BrokerTopology.QueuesOf(rules))
            {
                foreach (var suffix in _suffixes)
                {
                    await CollectAsync(connection, queue, queue.Name + suffix, cancellationToken);
                }
            }
        }
        finally
        {
            await BrokerConnector.ThrowAwayAsync(connection, null);
        }
    }

    private async Task CollectAsync(IConnection connection, InputQueue origin, string name, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var count = 0;

        try
        {
            while (await channel.BasicGetAsync(name, autoAck: false, cancellationToken) is { } delivery)
            {
                var message = BrokerMessages.From(delivery.Body.ToArray(), delivery.BasicProperties, origin, time.GetUtcNow());
                await letters.AddAsync(UndecidedLetter.Of(message, ErrorOf(message)), cancellationToken);
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancellationToken);
                count++;
            }
        }
        catch (OperationInterruptedException)
        {
            // There is no such queue, which is as it should be; or nobody may read it this way.
        }

        if (count > 0)
        {
            BrokerLog.Collected(logger, count, name);
        }
    }

    private static Notice ErrorOf(InboundMessage message)
    {
        var attempts = int.TryParse(message.Headers.GetValueOrDefault(RetryCount), out var retries) ? retries + 1 : 1;

        return Notice.Of(Codes.GivenUp, "attempts", attempts, "code", message.Headers.GetValueOrDefault(ExceptionType) ?? "skipped");
    }
}
