using Hl7v2;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>One UID at the end of several groups: that of all, or of the last alone. docs/mapping.md §2.5.</summary>
internal static class SharedUidRule
{
    /// <summary>The UID that the groups before the last one share with it; null when it is not shared.</summary>
    public static string? Find(IReadOnlyList<GroupReader> groups, Rulebook rules)
    {
        if (groups.Count < 2 || IdentityRule.StudyUids(groups[^1]) is not [var uid] || StandsInProcedure(groups[^1]))
        {
            return null;
        }

        Identifier? accession = null;

        for (var index = 0; index < groups.Count; index++)
        {
            var group = groups[index];

            if (group.Group.PatientIndex != groups[^1].Group.PatientIndex
                || (index < groups.Count - 1 && IdentityRule.StudyUids(group).Count > 0))
            {
                return null;
            }

            var own = IdentityRule.Accession(group, out _);

            if (own is not null && accession is not null && (own.Value != accession.Value || !rules.IsSameIssuer(own.Issuer, accession.Issuer)))
            {
                return null;
            }

            accession ??= own;
        }

        return uid;
    }

    /// <summary>An IPC describes the procedure of its own group, so its UID is never meant for others.</summary>
    private static bool StandsInProcedure(GroupReader reader) => reader.First(new Hl7FieldAddress("IPC", 3)).HasValue;
}
