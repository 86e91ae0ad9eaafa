using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>Looks at what is stored, without locks.</summary>
internal interface IStudyReader
{
    /// <summary>The study, or null.</summary>
    Task<Study?> FindByIdAsync(string studyId, CancellationToken cancellationToken);

    /// <summary>The study, or null.</summary>
    Task<Study?> FindByUidAsync(string studyInstanceUid, CancellationToken cancellationToken);

    /// <summary>The study as it is shown, or null.</summary>
    Task<StudySnapshot?> ShowByIdAsync(string studyId, CancellationToken cancellationToken);

    /// <summary>The study as it is shown, or null.</summary>
    Task<StudySnapshot?> ShowByUidAsync(string studyInstanceUid, CancellationToken cancellationToken);

    /// <summary>The studies that the number leads to, whatever its issuer, by id.</summary>
    Task<IReadOnlyList<Study>> FindByLinkAsync(LinkKind kind, string value, CancellationToken cancellationToken);

    /// <summary>The studies that the number leads to, each with the issuer of the number, by id.</summary>
    Task<IReadOnlyList<NumberedStudy>> ShowByNumberAsync(LinkKey number, CancellationToken cancellationToken);

    /// <summary>All links of a study, its own id and UID included.</summary>
    Task<IReadOnlyList<Link>> LinksAsync(string studyId, CancellationToken cancellationToken);

    /// <summary>Studies by id.</summary>
    /// <param name="after">The last id that was seen; null from the start.</param>
    Task<IReadOnlyList<StudySnapshot>> ListAsync(StudyFilter filter, int limit, string? after, CancellationToken cancellationToken);

    /// <summary>The history of a study, the oldest first.</summary>
    Task<IReadOnlyList<HistoryEntry>> HistoryAsync(string studyId, CancellationToken cancellationToken);

    /// <summary>What a message did, on whichever studies, the oldest first.</summary>
    Task<IReadOnlyList<HistoryEntry>> HistoryOfMessageAsync(string messageKey, CancellationToken cancellationToken);

    /// <summary>The record of a message by its full key, or null.</summary>
    Task<LedgerRecord?> FindMessageAsync(string key, CancellationToken cancellationToken);

    /// <summary>Records by time of receipt, those of one instant by key, the latest first.</summary>
    Task<IReadOnlyList<LedgerRecord>> FindMessagesAsync(MessageFilter filter, int max, CancellationToken cancellationToken);

    /// <summary>What messages did, on whichever studies, the oldest first.</summary>
    Task<IReadOnlyList<HistoryEntry>> HistoryOfMessagesAsync(IReadOnlyCollection<string> messageKeys, CancellationToken cancellationToken);

    /// <summary>Ids of events of these studies that are not published yet.</summary>
    Task<IReadOnlySet<string>> PendingEventsAsync(IReadOnlyCollection<string> studyIds, CancellationToken cancellationToken);
}

/// <summary>A study that a number leads to.</summary>
/// <param name="Issuer">Of the number; null when nobody vouches for it.</param>
internal sealed record NumberedStudy(StudySnapshot Study, string? Issuer);

/// <summary>Which studies to list; null lets all pass.</summary>
internal sealed record StudyFilter
{
    public static StudyFilter All { get; } = new();

    /// <summary>A user id; empty for studies nobody is assigned to.</summary>
    public string? AssignedTo { get; init; }

    public string? Severity { get; init; }

    public string? StudyViewerStatus { get; init; }

    public bool? IsCancelled { get; init; }

    /// <summary>A part of the description, upper and lower case alike.</summary>
    public string? DescriptionContains { get; init; }

    public string? ExpressCustomerId { get; init; }
}
