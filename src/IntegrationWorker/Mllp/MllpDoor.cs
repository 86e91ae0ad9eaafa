using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mllp;

/// <summary>
/// What is done with a message that came over MLLP. Without a broker it is decided about and answered after the commit; beside
/// a broker <see cref="QueueMllpDoor"/> does the rest.
/// </summary>
internal class MllpDoor(Batcher batcher, IDeadLetterStore letters, IntakeState state, IHostApplicationLifetime lifetime, TimeProvider time)
{
    // How often a message that is not decided about yet is thought about again.
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lookWhileAway = TimeSpan.FromMilliseconds(200);

    // Who wants to be told rather than to wait is told within the time senders usually have.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    protected CancellationToken Stopping => lifetime.ApplicationStopping;

    protected TimeProvider Time => time;

    /// <summary>Takes a message, and returns when it, or its outcome, is on durable storage.</summary>
    /// <param name="waits">Wait while nothing can be stored; otherwise say so.</param>
    /// <param name="peerGone">Nobody hears the answer any more: there is no use in waiting for what is away.</param>
    /// <returns>Null when nothing was stored and nobody is to be told: the sender sends it again.</returns>
    public virtual Task<MllpVerdict?> TakeAsync(InboundMessage message, bool waits, CancellationToken peerGone) =>
        DecideAsync(message, waits, peerGone);

    /// <summary>Keeps a message that was too long to be read, and says so.</summary>
    public async Task<MllpVerdict?> RefuseAsync(InboundMessage beginning, Notice error, bool waits, CancellationToken peerGone)
    {
        var letter = UndecidedLetter.Of(beginning, error);
        var backOff = new BackOff(time);

        while (true)
        {
            try
            {
                await letters.AddAsync(letter, Stopping);
                return new MllpVerdict(AckRule.KindOf(error.Code), [AckError.Of(error, unit: 1)]);
            }
            catch (Exception failure) when (SurroundingsFailure.Is(failure))
            {
                if (!waits)
                {
                    return MllpVerdict.Away(AckError.StoreAway);
                }
            }

            if (!await WaitAsync(backOff.WaitAsync, peerGone))
            {
                return null;
            }
        }
    }

    protected async Task<MllpVerdict?> DecideAsync(InboundMessage message, bool waits, CancellationToken peerGone)
    {
        while (true)
        {
            if (state.Reason is null)
            {
                // Handed over before anything is awaited: messages of one connection are decided about in their order.
                if (await OutcomeAsync(batcher.DecideAsync(message, CancellationToken.None), waits, peerGone) is { } result)
                {
                    return MllpVerdict.Of(result);
                }
            }

            if (!waits)
            {
                return MllpVerdict.Away(AckError.StoreAway);
            }

            if (!await WaitAsync(token => Task.Delay(_lookWhileAway, time, token), peerGone))
            {
                return null;
            }
        }
    }

    /// <summary>False when it is time to give up.</summary>
    protected async Task<bool> WaitAsync(Func<CancellationToken, Task> wait, CancellationToken peerGone)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(Stopping, peerGone);
        await wait(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        return !either.IsCancellationRequested;
    }

    // Null: it was not decided about, or whoever waits does not wait any longer. It may still be decided about later; then a
    // resend of it is a duplicate.
    private async Task<MessageResult?> OutcomeAsync(Task<MessageResult> outcome, bool waits, CancellationToken peerGone)
    {
        var started = time.GetTimestamp();

        while (true)
        {
            try
            {
                return await outcome.WaitAsync(_look, time, CancellationToken.None);
            }
            catch (DeliveryReturnedException)
            {
                return null;
            }
            catch (TimeoutException) when (!outcome.IsCompleted)
            {
                var isLong = state.Reason is not null || time.GetElapsedTime(started) > _patience;

                if (isLong && (!waits || peerGone.IsCancellationRequested || Stopping.IsCancellationRequested))
                {
                    return null;
                }
            }
        }
    }
}
