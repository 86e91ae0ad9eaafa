namespace IntegrationWorker.Store;

/// <summary>Later messages of one source about one study wait behind a rejected one.</summary>
/// <param name="DeadLetterId">The rejected one; null when it is over and what waits is to be let go.</param>
/// <param name="Since">When it was rejected, UTC.</param>
internal sealed record Hold(string SourceId, string StudyInstanceUid, string? DeadLetterId, DateTimeOffset Since)
{
    public string Id => IdOf(SourceId, StudyInstanceUid);

    /// <summary>There is one for each source and study.</summary>
    public static string IdOf(string sourceId, string studyInstanceUid) => $"{sourceId}/{studyInstanceUid}";
}

/// <summary>A unit that waits behind a rejected one.</summary>
/// <param name="Unit">Its numbers are those of its hold, and its time does not end.</param>
/// <param name="HeldAt">Since when, UTC.</param>
/// <param name="Place">Ascending in the order in which it is to be applied; given by the store when saved.</param>
internal sealed record HeldUnit(string HoldId, ParkedUnit Unit, DateTimeOffset HeldAt, long Place = 0);

/// <summary>What waits behind dead letters of one source.</summary>
/// <param name="DeadLetterId">Null where it is over and what waits is being let go.</param>
/// <param name="Studies">How many studies.</param>
/// <param name="Messages">How many units of messages wait.</param>
/// <param name="OldestAt">Since when the first of them waits; null when none does so far.</param>
internal sealed record HeldBehind(string? DeadLetterId, string SourceId, int Studies, long Messages, DateTimeOffset? OldestAt);
