using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Hosting.Problems;

namespace IntegrationWorker.Intake;

/// <summary>What is done with a message that came over HTTP.</summary>
internal abstract class HttpDoor
{
    public abstract Task<IResult> TakeAsync(InboundMessage message, TimeSpan wait, CancellationToken cancellationToken);
}

/// <summary>Without a broker: decides about the message and answers after the commit, with the outcome.</summary>
internal sealed class DecidingDoor(Batcher batcher, StoreGate gate, IntakeState state) : HttpDoor, IDisposable
{
    // Most clients give up after a minute; what is committed later is a duplicate when they send it again.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(50);

    // Bounds the memory that waiting requests take.
    private readonly SemaphoreSlim _places = new(1024, 1024);

    public override async Task<IResult> TakeAsync(InboundMessage message, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (!gate.IsOpen || state.Reason is not null)
        {
            return Away();
        }

        await _places.WaitAsync(cancellationToken);

        try
        {
            var result = await batcher.DecideAsync(message, cancellationToken).WaitAsync(_patience, cancellationToken);
            return TypedResults.Bytes(ResultJson.Write(result), "application/json");
        }
        catch (Exception e) when (e is TimeoutException or DeliveryReturnedException)
        {
            return state.Reason is not null ? Away() : Problem.Unavailable("undecided", "The message was not decided about. Send it again later.");
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Away() =>
        Problem.Unavailable(Codes.DatabaseDown, "The state database does not answer. Send the message again later.");
}
