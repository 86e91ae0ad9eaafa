using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>A message between its door and its outcome. Whoever handed it over is told once what became of it.</summary>
/// <param name="message">The message as its door has taken it.</param>
/// <param name="since">When it was handed over (<see cref="TimeProvider.GetTimestamp"/>).</param>
internal abstract class WaitingMessage(InboundMessage message, long since)
{
    private MappedMessage? _read;

    public InboundMessage Message => message;

    /// <summary>When it was handed over (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long Since => since;

    /// <summary>Reads the message before its turn has come.</summary>
    public void ReadAhead(IMessagePipeline pipeline)
    {
        try
        {
            _read = pipeline.Read(message);
        }
        catch (Exception)
        {
            // A defect of ours. It shows again when its turn has come, where a failure of one message is dealt with.
        }
    }

    /// <summary>What the message says: read anew for every attempt, because deciding about it may add to it.</summary>
    public MappedMessage Read(IMessagePipeline pipeline) => Interlocked.Exchange(ref _read, null) ?? pipeline.Read(message);

    /// <summary>Its outcome is committed. Like the others called on the thread that decides, which has the next batch to think of.</summary>
    public abstract void Complete(MessageResult result);

    /// <summary>The message cannot be decided about, and whoever waits is told so.</summary>
    public abstract void Fail(Exception failure);

    /// <summary>Gives the message back undecided.</summary>
    public abstract void Return(string reason);
}

/// <summary>A message whose sender waits for its outcome.</summary>
internal sealed class AwaitedMessage(InboundMessage message, long since) : WaitingMessage(message, since)
{
    // Continuations answer a request: not on the thread that goes on with the next batch.
    private readonly TaskCompletionSource<MessageResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<MessageResult> Outcome => _outcome.Task;

    public override void Complete(MessageResult result) => _outcome.TrySetResult(result);

    public override void Fail(Exception failure) => _outcome.TrySetException(failure);

    public override void Return(string reason) => _outcome.TrySetException(new DeliveryReturnedException(reason));
}
