using System.Security.Cryptography;
using System.Text;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters;

/// <summary>Dead letters that failed alike, counted: what an operator looks at first.</summary>
internal sealed class CauseGroups(IDeadLetterStore letters, TimeProvider time)
{
    private const int DaysShown = 14;

    /// <summary>The groups, the largest first.</summary>
    /// <param name="status">Null for all.</param>
    public async Task<IReadOnlyList<GroupView>> ListAsync(string? status, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var counts = await letters.CountByCauseAsync(status, cancellationToken);

        return
        [
            .. counts.GroupBy(count => count.Key)
                .Select(group => ViewOf(group.Key, [.. group], now))
                .OrderByDescending(group => group.Count)
                .ThenBy(group => group.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>What the dead letters of a group have in common; null when there is no such group.</summary>
    public async Task<CauseKey?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await letters.CountByCauseAsync(null, cancellationToken)).Select(count => count.Key).FirstOrDefault(key => IdOf(key) == id);

    private static GroupView ViewOf(CauseKey key, IReadOnlyList<CauseCount> hours, DateTimeOffset now)
    {
        var words = CauseWords.Of(key.Code);

        return new GroupView(
            IdOf(key),
            key.Code,
            key.SourceId,
            key.Location,
            key.Cause,
            words.What,
            words.Who,
            words.Do,
            hours.Sum(hour => hour.Count),
            hours.Where(hour => hour.Hour > now.AddHours(-2)).Sum(hour => hour.Count),
            hours.Where(hour => hour.Hour > now.AddHours(-24)).Sum(hour => hour.Count),
            hours.Min(hour => hour.First),
            hours.Max(hour => hour.Last),
            [
                .. hours.GroupBy(hour => DateOnly.FromDateTime(hour.Hour.UtcDateTime))
                    .OrderByDescending(day => day.Key)
                    .Take(DaysShown)
                    .Select(day => new DayCount(day.Key, day.Sum(hour => hour.Count))),
            ]);
    }

    // Made of what the group is, so that it is the same tomorrow and on every worker.
    private static string IdOf(CauseKey key)
    {
        var text = string.Join('\n', key.Code, key.SourceId, key.Location ?? "\0", key.Cause);
        return $"grp_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6))}";
    }
}

/// <summary>Dead letters that failed alike.</summary>
/// <param name="Cause">The class of value: <c>by=accession</c>; empty when there is none.</param>
/// <param name="What">What happened, in a few words.</param>
/// <param name="Who">Who must act.</param>
/// <param name="Do">What they do.</param>
/// <param name="Lately">Received in this hour and the one before it.</param>
/// <param name="LastDay">Received within about 24 hours.</param>
/// <param name="Days">Counts by day of receipt (UTC), the latest first.</param>
internal sealed record GroupView(
    string Id, string Code, string SourceId, string? Location, string Cause, string What, string Who, string Do, long Count, long Lately, long LastDay,
    DateTimeOffset FirstSeen, DateTimeOffset LastSeen, IReadOnlyList<DayCount> Days);

internal sealed record DayCount(DateOnly On, long Count);
