namespace IntegrationWorker.Store;

/// <summary>Which dead letters, under a name.</summary>
/// <param name="Group">Those that failed alike: an id of the groups; null for any.</param>
/// <param name="From">Received at this instant or later; null for any.</param>
/// <param name="Until">Received before this instant; null for any.</param>
/// <param name="By">Who saved it last.</param>
internal sealed record SavedFilter(
    string Name, string? Group, string? Code, string? SourceId, DateTimeOffset? From, DateTimeOffset? Until, DateTimeOffset At, string By);
