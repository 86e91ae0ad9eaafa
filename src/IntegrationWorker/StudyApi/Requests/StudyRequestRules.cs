using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi.Requests;

/// <summary>What a request may name and ask for, beside its shape.</summary>
/// <param name="IsUser">There is such a user, and studies may be assigned to them.</param>
/// <param name="IsOrg">There is such an organization.</param>
/// <param name="MayMove">The caller may say which organization a study belongs to.</param>
internal sealed record StudyRequestRules(Func<string, bool> IsUser, Func<string, bool> IsOrg, bool MayMove)
{
    /// <param name="source">The source that the caller's writes count as.</param>
    public static StudyRequestRules Of(Rulebook rules, Source source) => new(
        userId => rules.Users.Find(userId) is { Active: true },
        orgId => rules.Orgs.Any(org => org.OrgId == orgId),
        source.AuthorityFor(FieldNames.OrgId) == Authority.Operator);
}
