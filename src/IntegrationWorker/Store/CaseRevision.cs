namespace IntegrationWorker.Store;

/// <summary>An edit of a dead letter's message. Never changed; a further edit is a further one.</summary>
/// <param name="Revision">From 1; 0 is the message as it came.</param>
/// <param name="ApprovedBy">Null while nobody has approved it.</param>
internal sealed record CaseRevision(
    string DeadLetterId, int Revision, DateTimeOffset At, string Editor, string Why, byte[] Body, DateTimeOffset? ApprovedAt = null, string? ApprovedBy = null);
