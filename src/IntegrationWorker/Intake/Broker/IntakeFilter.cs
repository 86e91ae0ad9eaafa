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
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        batcher.DecideAsync(BrokerMessages.From(context, queue, time.GetUtcNow()), context.CancellationToken);

    public void Probe(ProbeContext context) => context.CreateFilterScope("intake").Add("queue", queue.Name);
}
