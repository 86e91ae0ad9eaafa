using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi;

/// <summary>Reads pages of studies: for the endpoint and the command line.</summary>
internal sealed class StudyList(IStudyReader reader, Rulebook rules)
{
    public async Task<StudyPage> ReadAsync(StudyQuery query, CancellationToken cancellationToken)
    {
        if (query.Accession is { } accession)
        {
            return await ReadByAccessionAsync(accession, query.Issuer, cancellationToken);
        }

        var limit = query.Limit ?? StudyQuery.LimitUsual;
        var after = query.Cursor is null ? null : StudyQuery.ReadCursor(query.Cursor);

        // One more than is shown tells whether there is a next page.
        var found = await reader.ListAsync(query.Filter, limit + 1, after, cancellationToken);
        var shown = found.Take(limit).Select(study => StudyResource.Of(study, rules)).ToList();
        var hasMore = found.Count > limit;

        return new StudyPage(shown, hasMore, hasMore ? StudyQuery.WriteCursor(shown[^1].StudyId) : null);
    }

    private async Task<StudyPage> ReadByAccessionAsync(string accession, string? issuer, CancellationToken cancellationToken)
    {
        var found = await reader.FindByLinkAsync(LinkKind.Accession, accession, cancellationToken);
        var shown = new List<StudyResource>();

        foreach (var study in found)
        {
            var links = issuer is null ? [] : await reader.LinksAsync(study.StudyId, cancellationToken);

            if (issuer is null || links.Any(link => IsAccession(link, accession, issuer)))
            {
                shown.Add(StudyResource.Of(study, rules));
            }
        }

        return new StudyPage(shown, false, null);
    }

    private bool IsAccession(Link link, string accession, string issuer) =>
        link.Kind == LinkKind.Accession && link.Value == accession && rules.IsSameIssuer(link.Issuer, issuer);
}
