using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;

namespace IntegrationWorker.Hosting.Health;

/// <summary>Asks the surroundings whether they work.</summary>
internal sealed class Readiness(StoreGate gate, IStoreHealth store, IntakeState intake, IEnumerable<ISurrounding> surroundings)
{
    // Whoever asks for health wants an answer, also when the database is busy.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private Task _look = Task.CompletedTask;

    /// <summary>What does not work at the moment; empty when the worker is ready.</summary>
    public async Task<IReadOnlyList<Unreadiness>> CheckAsync(CancellationToken cancellationToken)
    {
        var reasons = new List<Unreadiness>();

        if (await StoreReasonAsync(cancellationToken) is { } storeReason)
        {
            reasons.Add(new Unreadiness("store", storeReason));
        }

        reasons.AddRange(surroundings
            .Where(surrounding => surrounding.Reason is not null)
            .Select(surrounding => new Unreadiness(surrounding.Name, surrounding.Reason!)));

        return reasons;
    }

    private async Task<string?> StoreReasonAsync(CancellationToken cancellationToken)
    {
        if (!gate.IsOpen)
        {
            return gate.Reason ?? "The store is being opened.";
        }

        // One look at a time: a database that hangs would collect them.
        lock (_lock)
        {
            if (_look.IsCompleted)
            {
                _look = Task.Run(() => store.CheckAsync(CancellationToken.None), CancellationToken.None);
            }
        }

        try
        {
            await _look.WaitAsync(_patience, cancellationToken);
            return intake.Reason;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{Codes.DatabaseDown} {FailureText.Explain(e)}";
        }
    }
}

/// <summary>One thing that does not work.</summary>
/// <param name="Part"><c>store</c> or <c>broker</c>.</param>
/// <param name="Reason">Why, without anything of a message.</param>
internal sealed record Unreadiness(string Part, string Reason);

/// <summary>Something outside that the worker cannot do without.</summary>
internal interface ISurrounding
{
    string Name { get; }

    /// <summary>Null while it works.</summary>
    string? Reason { get; }
}
