using IntegrationWorker.Intake;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Store;

namespace IntegrationWorker.Mllp;

/// <summary>
/// Beside a broker: the message is read as far as no store is needed. One that can be read goes to its queue and is answered
/// when the broker has it; one that cannot is decided about here, which makes it a dead letter.
/// </summary>
internal sealed class QueueMllpDoor(
    MessagePipeline pipeline, QueuePublisher queues, Batcher batcher, IDeadLetterStore letters, IntakeState state,
    IHostApplicationLifetime lifetime, TimeProvider time)
    : MllpDoor(batcher, letters, state, lifetime, time)
{
    public override async Task<MllpVerdict?> TakeAsync(InboundMessage message, bool waits, CancellationToken peerGone)
    {
        if (pipeline.Read(message).Parts.All(part => part.Rejection is not null))
        {
            return await DecideAsync(message, waits, peerGone);
        }

        var backOff = new BackOff(Time);

        while (!await queues.TryPublishAsync(message, CancellationToken.None))
        {
            if (!waits)
            {
                return MllpVerdict.Away(AckError.BrokerAway);
            }

            if (!await WaitAsync(backOff.WaitAsync, peerGone))
            {
                return null;
            }
        }

        return MllpVerdict.Stored;
    }
}
