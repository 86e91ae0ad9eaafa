using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.Intake;

/// <summary>What is done with a message that came over HTTP.</summary>
internal abstract class HttpDoor
{
    public abstract Task<DoorAnswer> TakeAsync(InboundMessage message, Preferences preferences, CancellationToken cancellationToken);

    /// <summary>Takes messages one after the other, and waits for all of them together. The answers stand in the order of the messages.</summary>
    public async Task<IReadOnlyList<DoorAnswer>> TakeAllAsync(
        IReadOnlyList<InboundMessage> messages, Preferences preferences, CancellationToken cancellationToken) =>
        await Task.WhenAll(messages.Select(message => TakeAsync(message, preferences, cancellationToken)));
}

/// <summary>Without a broker: decides about the message and answers after the commit, with the outcome.</summary>
internal sealed class DecidingDoor(Batcher batcher, StoreGate gate, IntakeState state, ITargetSignal? target = null) : HttpDoor, IDisposable
{
    // Most clients give up after a minute; what is committed later is a duplicate when they send it again.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(50);

    // Bounds the memory that waiting requests take.
    private readonly SemaphoreSlim _places = new(1024, 1024);

    public override async Task<DoorAnswer> TakeAsync(InboundMessage message, Preferences preferences, CancellationToken cancellationToken)
    {
        var (result, problem) = await DecideAsync(message, cancellationToken);

        if (result is null)
        {
            return DoorAnswer.Refused(problem!);
        }

        // There is no queue that could keep it, so it is decided about first. That takes milliseconds.
        return preferences.RespondAsync ? DoorAnswer.Taken(result.MessageKey) with { PreferenceApplied = "respond-async" }
            : IsPlanned(result) ? DoorAnswer.Taken(result.MessageKey)
            : DoorAnswer.Decided(ResultJson.Write(result));
    }

    /// <summary>The committed outcome, or why there is none.</summary>
    public async Task<(MessageResult? Result, ProblemHttpResult? Problem)> DecideAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        if (!gate.IsOpen || state.Reason is not null)
        {
            return (null, Away());
        }

        await _places.WaitAsync(cancellationToken);

        try
        {
            return (await batcher.DecideAsync(message, cancellationToken).WaitAsync(_patience, cancellationToken), null);
        }
        catch (Exception e) when (e is TimeoutException or DeliveryReturnedException)
        {
            return (null, state.Reason is not null
                ? Away()
                : Problem.Unavailable("undecided", "The message was not decided about. Send it again later."));
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private static ProblemHttpResult Away() =>
        Problem.Unavailable(Codes.DatabaseDown, "The state database does not answer. Send the message again later.");

    // The platform has the last word: until then the outcome is only what is intended.
    private bool IsPlanned(MessageResult result) => target is not null
        && result.Units.Concat(result.Reapplied).SelectMany(unit => unit.Studies ?? [unit]).Any(unit => unit.Effective is not null);
}
