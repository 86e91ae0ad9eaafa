using IntegrationWorker.Hosting;
using MassTransit;

namespace IntegrationWorker.Intake.Broker;

/// <summary>
/// The whole receive pipe of a queue: hands the raw delivery to the batcher, and returns when its outcome is committed.
/// The bus acknowledges then; when this throws, the delivery goes back to its queue.
/// </summary>
/// <remarks>
/// The pipe ends here: no serializer looks at the body, and neither the bus's error queue nor its skipped queue is
/// reached. What a message is worth is decided behind the batcher, for all doors alike.
/// </remarks>
internal sealed class IntakeFilter(Batcher batcher, InputQueue queue, TimeProvider time) : IFilter<ReceiveContext>
{
    private readonly DeliveryOrder _order = new(time);

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var delivery = context.GetPayload<RabbitMqBasicConsumeContext>();
        var waiting = batcher.Prepare(BrokerMessages.From(context.Body.GetBytes(), delivery.Properties, queue, time.GetUtcNow()));
        _order.Pass(delivery.ConsumerTag, delivery.DeliveryTag, () => batcher.Enqueue(waiting));

        await waiting.Outcome;
        CrashPoint.Reach(CrashPoint.BeforeAck);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("intake").Add("queue", queue.Name);
}
