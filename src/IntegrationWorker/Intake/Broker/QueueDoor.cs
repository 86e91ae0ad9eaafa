using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Store;

namespace IntegrationWorker.Intake.Broker;

/// <summary>
/// With a broker: the message is read as far as no store is needed. One that can be read goes to its queue and is
/// answered when the broker has it; one that cannot is decided about here, which makes it a dead letter.
/// </summary>
internal sealed class QueueDoor(MessagePipeline pipeline, DecidingDoor decidingDoor, QueuePublisher queues, IStudyReader reader, TimeProvider time)
    : HttpDoor
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(50);

    public override async Task<DoorAnswer> TakeAsync(InboundMessage message, Preferences preferences, CancellationToken cancellationToken)
    {
        var parts = pipeline.Read(message).Parts;

        if (parts.All(part => part.Rejection is not null))
        {
            return await decidingDoor.TakeAsync(message, default, cancellationToken);
        }

        var key = parts[0].BaseKey;
        var wait = preferences.RespondAsync ? TimeSpan.Zero : preferences.Wait;
        var isKnown = wait > TimeSpan.Zero && await reader.FindMessageAsync(key, cancellationToken) is not null;

        if (!await queues.TryPublishAsync(message, cancellationToken))
        {
            return DoorAnswer.Refused(Problem.Unavailable("broker-away", "The broker does not take the message. Send it again later."));
        }

        // What is recorded under a key that was known before may be the earlier message: only the link is sure.
        if (wait > TimeSpan.Zero && !isKnown && await WaitAsync(key, wait, cancellationToken) is { } record)
        {
            return DoorAnswer.Decided(record.Result) with { PreferenceApplied = $"wait={wait.TotalSeconds:0}" };
        }

        return DoorAnswer.Taken(key) with { PreferenceApplied = preferences.RespondAsync ? "respond-async" : null };
    }

    private async Task<LedgerRecord?> WaitAsync(string key, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();

        while (time.GetElapsedTime(started) < wait)
        {
            if (await reader.FindMessageAsync(key, cancellationToken) is { } record)
            {
                return record;
            }

            await Task.Delay(_lookEvery, time, cancellationToken);
        }

        return null;
    }
}
