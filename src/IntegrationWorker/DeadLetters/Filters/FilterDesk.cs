using System.Text.RegularExpressions;
using IntegrationWorker.DeadLetters.Replays;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Filters;

/// <summary>Saved filters of dead letters: for the endpoints and the command line.</summary>
internal sealed partial class FilterDesk(SavedFilterStore filters, TimeProvider time)
{
    public const string NameRule = "A name has 1 to 64 lower-case letters, digits, dots, dashes and underscores, and begins with a letter or digit.";

    /// <summary>Saves a filter, in the place of one of the same name.</summary>
    public async Task<SavedFilter> SaveAsync(string name, FilterRequest request, string who, CancellationToken cancellationToken)
    {
        var filter = new SavedFilter(name, request.Group, request.Code, request.SourceId, request.From, request.Until, time.GetUtcNow(), who);
        await filters.SaveAsync(filter, cancellationToken);

        return filter;
    }

    public Task<SavedFilter?> FindAsync(string name, CancellationToken cancellationToken) => filters.FindAsync(name, cancellationToken);

    public Task<IReadOnlyList<SavedFilter>> ListAsync(CancellationToken cancellationToken) => filters.ListAsync(cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => filters.DeleteAsync(name, cancellationToken);

    /// <summary>The request with what its filter says. Null when there is no such filter.</summary>
    public async Task<ReplayRequest?> ApplyAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        if (request.Filter is not { } name)
        {
            return request;
        }

        return await filters.FindAsync(name, cancellationToken) is { } saved
            ? request with { Group = saved.Group, Code = saved.Code, SourceId = saved.SourceId, From = saved.From, Until = saved.Until }
            : null;
    }

    /// <summary>What is wrong with a filter; null when nothing is.</summary>
    public static string? FaultOf(string name, FilterRequest request) =>
        !Name().IsMatch(name) ? NameRule
        : request is { Group: null, Code: null, SourceId: null, From: null, Until: null } ? "Say which dead letters: a group, code, source, from or until."
        : null;

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

/// <summary>Which dead letters; null lets all pass.</summary>
/// <param name="Group">Those that failed alike: an id of the groups.</param>
/// <param name="From">Received at this instant or later.</param>
/// <param name="Until">Received before this instant.</param>
internal sealed record FilterRequest(
    string? Group = null, string? Code = null, string? SourceId = null, DateTimeOffset? From = null, DateTimeOffset? Until = null);
