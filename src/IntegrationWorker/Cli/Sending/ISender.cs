namespace IntegrationWorker.Cli.Sending;

/// <summary>A way to a worker.</summary>
internal interface ISender : IAsyncDisposable
{
    /// <summary>Sends one message and waits until it is in safe hands.</summary>
    /// <returns>What became of it: an outcome, or how it was taken.</returns>
    Task<SendResult> SendAsync(OutgoingMessage message, CancellationToken cancellationToken);
}

/// <param name="Outcome">An outcome of docs/mapping.md §8.1, <c>accepted</c> (will be decided about), or <c>failed</c>.</param>
/// <param name="Detail">Code, reason or key.</param>
internal sealed record SendResult(string Outcome, string Detail)
{
    public const string Failed = "failed";
    public const string Accepted = "accepted";
    public const string Rejected = Contracts.Outcomes.Rejected;

    /// <summary>The worker has it and does not refuse it.</summary>
    public bool IsTaken => Outcome is not (Failed or Rejected);
}
