using IntegrationWorker.Contracts;

namespace IntegrationWorker.Intake;

/// <summary>Whether messages are decided about at the moment, and if not, why. For health and for the HTTP door.</summary>
internal sealed class IntakeState(TimeProvider time)
{
    private volatile string? _reason;

    /// <summary>Null while all is well; else a code with a sentence of ours, never the failure's own text.</summary>
    public string? Reason => _reason;

    /// <summary>When a batch was last committed, on a clock that nobody sets (<see cref="TimeProvider.GetTimestamp"/>); null before the first.</summary>
    public long? LastCommit { get; private set; }

    /// <summary>Deliveries went back: nothing is to be taken before the store works again.</summary>
    public bool HasReturned { get; private set; }

    public void Returned() => HasReturned = true;

    public void Works()
    {
        _reason = null;
        HasReturned = false;
        LastCommit = time.GetTimestamp();
    }

    public void Fails(Exception failure) => _reason = $"{Codes.DatabaseDown} {FailureText.Explain(failure)}";
}
