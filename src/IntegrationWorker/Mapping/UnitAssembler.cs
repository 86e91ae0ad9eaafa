using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping;

/// <summary>Makes one unit of the groups of a message that address the same study. docs/mapping.md §2.5, §3.8.</summary>
internal static class UnitAssembler
{
    /// <summary>
    /// One unit, numbered like its first group. May be given units that were combined before: they are taken apart into their
    /// groups again, so the result does not depend on the order of the combinations.
    /// </summary>
    /// <param name="parts">At least one; all of the same message. A single one is returned as it is.</param>
    public static UnitUpdate Combine(IReadOnlyList<UnitUpdate> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        UnitUpdate[] groups = [.. parts.SelectMany(part => part.Parts ?? [part]).OrderBy(part => part.Number)];
        var first = groups[0];
        var newest = groups.Aggregate((left, right) => right.Clock.IsNewerThan(left.Clock) ? right : left);
        var creator = Array.Find(groups, group => group.MayCreate);
        var warnings = new List<Notice>();

        foreach (var warning in groups.SelectMany(group => group.Warnings))
        {
            warnings.AddOnce(warning);
        }

        var procedures = ProcedureMerger.Merge(groups);

        return new UnitUpdate
        {
            Number = first.Number,
            Kind = first.Kind,
            SourceId = first.SourceId,
            MessageKey = first.MessageKey,
            MessageType = first.MessageType,
            Groups = [.. groups.SelectMany(group => group.Groups)],
            Identity = IdentityOf(groups),
            FurtherIdentities = FurtherIdentitiesOf(groups),
            PatientKeys = [.. groups.SelectMany(group => group.PatientKeys).Distinct()],
            VisitKey = FirstOf(groups, group => group.VisitKey),
            Clock = newest.Clock,
            SourceTime = newest.SourceTime,
            Procedures = procedures,
            Metadata = MetadataMerger.Merge(groups, procedures, warnings),
            Assignment = FirstOf(groups, group => group.Assignment),
            MayCreate = creator is not null,
            OrgIdAtCreation = creator?.OrgIdAtCreation,
            OrgNotFound = creator?.OrgNotFound ?? false,
            Warnings = warnings,
            CorrelationId = first.CorrelationId,
            CausationId = first.CausationId,
            Parts = groups,
        };
    }

    /// <summary>Of the first group; a UID that only a later one has goes with it, because a study is created under it.</summary>
    private static Identity IdentityOf(UnitUpdate[] groups) => groups[0].Identity with
    {
        StudyInstanceUid = FirstOf(groups, group => group.Identity.StudyInstanceUid),
    };

    private static List<Identity>? FurtherIdentitiesOf(UnitUpdate[] groups)
    {
        var first = IdentityOf(groups);
        List<Identity> further = [.. groups.Skip(1).Select(group => group.Identity).Where(identity => identity != first).Distinct()];

        return further.Count > 0 ? further : null;
    }

    private static T? FirstOf<T>(UnitUpdate[] groups, Func<UnitUpdate, T?> read)
        where T : class => groups.Select(read).FirstOrDefault(value => value is not null);
}
