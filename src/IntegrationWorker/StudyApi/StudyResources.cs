using IntegrationWorker.Access;
using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi;

/// <summary>Makes the resource of a study: with the names that users, organizations and keys have now.</summary>
internal sealed class StudyResources(Rulebook rules, ApiKeyNames keys)
{
    public ValueTask<StudyResource> OfAsync(Study study, CancellationToken cancellationToken) =>
        OfAsync(StudySnapshot.Of(study), cancellationToken);

    public async ValueTask<StudyResource> OfAsync(StudySnapshot study, CancellationToken cancellationToken) => new()
    {
        StudyId = study.StudyId,
        StudyInstanceUid = study.StudyInstanceUid,
        StudyDescription = study.Description,
        Severity = study.Severity,
        StudyViewerStatus = study.StudyViewerStatus,
        IsCancelled = study.IsCancelled,
        CancelledAt = study.CancelledAt,
        CreatedAt = study.CreatedAt,
        UpdatedAt = study.UpdatedAt,
        AssignedTo = study.AssignedTo is { } userId ? UserReference.Of(userId, rules.Users.Find(userId)) : null,
        CreatedByApiKey = await keys.FindAsync(study.CreatedBy, cancellationToken) is var (id, name) ? new ApiKeyReference(id, name) : null,
        CreatedByUser = null,
        Metadata = study.Metadata,
        Org = study.OrgId is { } orgId ? new OrgReference(orgId, NameOf(orgId)) : null,
        ExpressCustomer = null,
    };

    public async Task<IReadOnlyList<StudyResource>> OfAllAsync(IEnumerable<StudySnapshot> studies, CancellationToken cancellationToken)
    {
        var resources = new List<StudyResource>();

        foreach (var study in studies)
        {
            resources.Add(await OfAsync(study, cancellationToken));
        }

        return resources;
    }

    // Clients rely on a name: of an organization that is not in the settings it is the id.
    private string NameOf(string orgId) => rules.Orgs.FirstOrDefault(org => org.OrgId == orgId)?.OrgName ?? orgId;
}
