using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>What the ledger says of a message part. docs/mapping.md §5.3.</summary>
internal enum LedgerVerdict
{
    /// <summary>New, or a new generation of a key: process, then record.</summary>
    Process,

    /// <summary>Seen with equal content: the recorded outcome is returned.</summary>
    Duplicate,

    /// <summary>A deliberate replay: units that were rejected or expired are decided again.</summary>
    Replay,

    /// <summary>The key was used with other content: IDE-001.</summary>
    KeyReused,
}

/// <param name="Key">The key to record under, with its generation.</param>
/// <param name="Recorded">What is recorded; null for a new key.</param>
/// <param name="Warning">IDE-101, or null.</param>
internal sealed record LedgerDecision(LedgerVerdict Verdict, string Key, int Generation, MessageResult? Recorded = null, Notice? Warning = null);
