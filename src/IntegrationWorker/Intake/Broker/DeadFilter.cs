using System.Text;
using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using MassTransit;

namespace IntegrationWorker.Intake.Broker;

/// <summary>
/// Collects what the broker gave up: each is decided about once more, alone, and only when that fails too it becomes
/// a dead letter.
/// </summary>
internal sealed class DeadFilter(
    IMessagePipeline pipeline, IDeadLetterStore letters, IReadOnlyList<InputQueue> queues, TimeProvider time, ILogger logger, CancellationToken stopping)
    : IFilter<ReceiveContext>
{
    // Where it came from before is unknown when somebody else put it there.
    private const string FirstQueue = "x-first-death-queue";
    private const string FirstReason = "x-first-death-reason";

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var delivery = context.GetPayload<RabbitMqBasicConsumeContext>();
        var message = BrokerMessages.From(context.Body.GetBytes(), delivery.Properties, OriginOf(delivery), time.GetUtcNow());
        var letter = UndecidedLetter.Of(message, Notice.Of(Codes.GivenUp, "attempts", BrokerTopology.DeliveryLimit, "code", Codes.DatabaseDown));
        BrokerLog.GivenUpByBroker(logger, letter.MessageKey, message.Headers.GetValueOrDefault(FirstReason) ?? "unknown");

        // Redelivered means that the worker has ended while it was at it: it does not get another chance to do so.
        if (context.Redelivered || !await HoldAsync(() => TryDecideAsync(message)))
        {
            await HoldAsync(async () =>
            {
                await letters.AddAsync(letter, stopping);
                return true;
            });
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("dead");

    private InputQueue OriginOf(RabbitMqBasicConsumeContext delivery)
    {
        var name = delivery.Properties.Headers?.TryGetValue(FirstQueue, out var value) == true && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;

        return queues.FirstOrDefault(queue => queue.Name == name) ?? queues[0];
    }

    private async Task<bool> TryDecideAsync(InboundMessage message)
    {
        try
        {
            await pipeline.ProcessAsync([message], stopping);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException && !SurroundingsFailure.Is(e))
        {
            return false;
        }
    }

    // A store that does not work is waited for; the broker keeps the delivery meanwhile.
    private async Task<bool> HoldAsync(Func<Task<bool>> work)
    {
        var backOff = new BackOff(time);

        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (SurroundingsFailure.Is(e))
            {
                await backOff.WaitAsync(stopping);
            }
        }
    }
}
