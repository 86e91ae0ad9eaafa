using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi;

/// <summary>Reads pages of studies: for the endpoint and the command line.</summary>
internal sealed class StudyList(IStudyReader reader, StudyResources resources, Rulebook rules)
{
    public async Task<StudyPage> ReadAsync(StudyQuery query, CancellationToken cancellationToken)
    {
        if (query.Number is { } number)
        {
            return await ReadByNumberAsync(number, query.Issuer, cancellationToken);
        }

        var limit = query.Limit ?? StudyQuery.LimitUsual;
        var after = query.Cursor is null ? null : StudyQuery.ReadCursor(query.Cursor);

        // One more than is shown tells whether there is a next page.
        var found = await reader.ListAsync(query.Filter, limit + 1, after, cancellationToken);
        var shown = await resources.OfAllAsync(found.Take(limit), cancellationToken);
        var hasMore = found.Count > limit;

        return new StudyPage(shown, hasMore, hasMore ? StudyQuery.WriteCursor(shown[^1].StudyId) : null);
    }

    private async Task<StudyPage> ReadByNumberAsync(LinkKey number, string? issuer, CancellationToken cancellationToken)
    {
        var found = await reader.ShowByNumberAsync(number, cancellationToken);
        var meant = found
            .Where(one => issuer is null || rules.IsSameIssuer(one.Issuer, issuer))
            .Select(one => one.Study)
            .DistinctBy(study => study.StudyId);

        return new StudyPage(await resources.OfAllAsync(meant, cancellationToken), false, null);
    }
}
