using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Finds the groups of a message that name the same study, before anything is looked up. docs/mapping.md §2.5.</summary>
/// <remarks>Groups that only turn out to be of one study when they are resolved are combined then, by the same assembler.</remarks>
internal static class GroupsOfOneStudy
{
    /// <param name="units">The units of the single groups, with the patient segment each stands under: patients are never mixed.</param>
    public static List<UnitUpdate> Combine(IReadOnlyList<(UnitUpdate Unit, int Patient)> units, Rulebook rules)
    {
        if (units is [var single])
        {
            return [single.Unit];
        }

        var studies = new List<List<UnitUpdate>>();
        var byUid = new Dictionary<(int, string), List<UnitUpdate>>();
        var byAccession = new Dictionary<(int, string, string?), List<UnitUpdate>>();

        foreach (var (unit, patient) in units)
        {
            List<UnitUpdate>? study = null;

            if (unit.IgnoredReason is null && unit.Rejection is null)
            {
                study = Known(unit, patient, byUid, byAccession, rules);
            }

            if (study is null)
            {
                studies.Add(study = []);
            }

            study.Add(unit);

            if (unit.IgnoredReason is null && unit.Rejection is null)
            {
                Remember(unit, patient, study, byUid, byAccession, rules);
            }
        }

        return [.. studies.Select(UnitAssembler.Combine)];
    }

    private static List<UnitUpdate>? Known(
        UnitUpdate unit,
        int patient,
        Dictionary<(int, string), List<UnitUpdate>> byUid,
        Dictionary<(int, string, string?), List<UnitUpdate>> byAccession,
        Rulebook rules)
    {
        if (unit.Identity.StudyInstanceUid is { } uid)
        {
            return byUid.GetValueOrDefault((patient, uid));
        }

        return unit.Identity.Accession is { } accession
            ? byAccession.GetValueOrDefault((patient, accession.Value, rules.Canonical(accession.Issuer)))
            : null;
    }

    private static void Remember(
        UnitUpdate unit,
        int patient,
        List<UnitUpdate> study,
        Dictionary<(int, string), List<UnitUpdate>> byUid,
        Dictionary<(int, string, string?), List<UnitUpdate>> byAccession,
        Rulebook rules)
    {
        if (unit.Identity.StudyInstanceUid is { } uid)
        {
            byUid.TryAdd((patient, uid), study);
        }

        if (unit.Identity.Accession is { } accession)
        {
            byAccession.TryAdd((patient, accession.Value, rules.Canonical(accession.Issuer)), study);
        }
    }
}
