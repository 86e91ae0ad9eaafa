using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>A message between its door and its outcome.</summary>
internal sealed class WaitingMessage(InboundMessage message, long since)
{
    // Continuations acknowledge to the broker or answer a request: not on the thread that goes on with the next batch.
    private readonly TaskCompletionSource<MessageResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MappedMessage? _read;

    public InboundMessage Message => message;

    /// <summary>When it was handed over (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long Since => since;

    public Task<MessageResult> Outcome => _outcome.Task;

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

    public void Complete(MessageResult result) => _outcome.TrySetResult(result);

    /// <summary>The message cannot be decided about, and whoever waits is told so.</summary>
    public void Fail(Exception failure) => _outcome.TrySetException(failure);

    /// <summary>Gives the message back undecided.</summary>
    public void Return(string reason) => _outcome.TrySetException(new DeliveryReturnedException(reason));
}
