using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>A message between its door and its outcome.</summary>
internal sealed class WaitingMessage(InboundMessage message, long since)
{
    // Continuations acknowledge to the broker or answer a request: not on the thread that goes on with the next batch.
    private readonly TaskCompletionSource<MessageResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public InboundMessage Message => message;

    /// <summary>When it was handed over (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long Since => since;

    public Task<MessageResult> Outcome => _outcome.Task;

    public void Complete(MessageResult result) => _outcome.TrySetResult(result);

    /// <summary>Gives the message back undecided.</summary>
    public void Return(string reason) => _outcome.TrySetException(new DeliveryReturnedException(reason));
}
