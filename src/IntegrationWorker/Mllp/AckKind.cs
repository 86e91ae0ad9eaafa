namespace IntegrationWorker.Mllp;

/// <summary>What an acknowledgement says. docs/mllp-acknowledgements.md.</summary>
internal enum AckKind
{
    /// <summary>The message, or its outcome, is on durable storage: AA, CA.</summary>
    Accept,

    /// <summary>Its content was refused, and it waits as a dead letter: AE, CE.</summary>
    Error,

    /// <summary>It cannot be read, or nothing can be stored at the moment: AR, CR.</summary>
    Reject,
}
