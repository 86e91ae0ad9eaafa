using IntegrationWorker.Studies;

namespace IntegrationWorker.Matching;

/// <summary>How the link index grows and moves. docs/mapping.md §2.4, §2.7.</summary>
internal static class LinkRules
{
    /// <summary>Every message that resolves adds its numbers and patient keys to its study. Returns the keys that are new.</summary>
    public static List<LinkKey> Learn(StudySet set, Study study, UnitUpdate unit)
    {
        var learnt = new List<LinkKey>();

        foreach (var identity in unit.Identities())
        {
            foreach (var (kind, value, issuer) in identity.Numbers())
            {
                if (kind is not (LinkKind.StudyId or LinkKind.StudyInstanceUid))
                {
                    Add(set, study, kind, new Identifier(value, issuer), learnt);
                }
            }
        }

        foreach (var key in unit.PatientKeys)
        {
            // A sender that has not heard of a merge yet must not bring the old identifier back.
            if (!set.HasLink(study, LinkKind.FormerPatient, key))
            {
                Add(set, study, LinkKind.Patient, key, learnt);
            }
        }

        if (unit.VisitKey is { } visit)
        {
            Add(set, study, LinkKind.Visit, new Identifier(visit, null), learnt);
        }

        return learnt;
    }

    /// <summary>Replaces the prior identifiers of a study's patient by the present ones; the prior ones stay as former keys.</summary>
    public static void Merge(StudySet set, Study study, UnitUpdate merge, Rulebook rules)
    {
        var prior = set.LinksOf(study)
            .Where(link => link.Kind == LinkKind.Patient
                && merge.PriorPatientKeys!.Exists(key => key.Value == link.Value && rules.IsSameIssuer(key.Issuer, link.Issuer)))
            .ToList();

        foreach (var link in prior)
        {
            set.RemoveLink(link);
            set.AddLink(study, LinkKind.FormerPatient, new Identifier(link.Value, link.Issuer));
        }

        foreach (var key in merge.PatientKeys)
        {
            foreach (var former in FormerLinks(set, study, key, rules))
            {
                set.RemoveLink(former); // Merged back: what was given up is in use again.
            }

            set.AddLink(study, LinkKind.Patient, key);
        }
    }

    private static List<Link> FormerLinks(StudySet set, Study study, Identifier key, Rulebook rules) =>
        [.. set.LinksOf(study).Where(link =>
            link.Kind == LinkKind.FormerPatient && link.Value == key.Value && rules.IsSameIssuer(link.Issuer, key.Issuer))];

    private static void Add(StudySet set, Study study, LinkKind kind, Identifier number, List<LinkKey> learnt)
    {
        if (set.AddLink(study, kind, number))
        {
            learnt.Add(new LinkKey(kind, number.Value));
        }
    }
}
