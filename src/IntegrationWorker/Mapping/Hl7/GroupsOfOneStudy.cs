using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Finds the groups of a message that name the same study, before anything is looked up. docs/mapping.md §2.5.</summary>
/// <remarks>Groups that only turn out to be of one study when they are resolved are combined then, by the same assembler.</remarks>
internal sealed class GroupsOfOneStudy
{
    private readonly Rulebook _rules;
    private readonly List<List<UnitUpdate>> _studies = [];
    private readonly Dictionary<(int, string), List<UnitUpdate>> _byUid = [];
    private readonly Dictionary<(int, string, string?), List<UnitUpdate>> _byAccession = [];
    private readonly Dictionary<(int, string, string?), List<UnitUpdate>> _byFiller = [];

    private GroupsOfOneStudy(Rulebook rules) => _rules = rules;

    /// <param name="units">The units of the single groups, with the patient segment each stands under: patients are never mixed.</param>
    public static List<UnitUpdate> Combine(IReadOnlyList<(UnitUpdate Unit, int Patient)> units, Rulebook rules)
    {
        if (units is [var single])
        {
            return [single.Unit];
        }

        var groups = new GroupsOfOneStudy(rules);

        foreach (var (unit, patient) in units)
        {
            groups.Add(unit, patient);
        }

        return [.. groups._studies.Select(UnitAssembler.Combine)];
    }

    private void Add(UnitUpdate unit, int patient)
    {
        var isUsed = unit.IgnoredReason is null && unit.Rejection is null;
        var study = isUsed ? Known(unit.Identity, patient) : null;

        if (study is null)
        {
            _studies.Add(study = []);
        }

        study.Add(unit);

        if (isUsed)
        {
            Remember(unit.Identity, patient, study);
        }
    }

    /// <summary>The precedence of §2.4. A placer order number does not count: it may stand for several studies.</summary>
    private List<UnitUpdate>? Known(Identity identity, int patient) => identity switch
    {
        { StudyInstanceUid: { } uid } => _byUid.GetValueOrDefault((patient, uid)),
        { Accession: { } accession } => _byAccession.GetValueOrDefault(Key(patient, accession)),
        { Filler: { } filler } => _byFiller.GetValueOrDefault(Key(patient, filler)),
        _ => null,
    };

    private void Remember(Identity identity, int patient, List<UnitUpdate> study)
    {
        if (identity.StudyInstanceUid is { } uid)
        {
            _byUid.TryAdd((patient, uid), study);
        }

        if (identity.Accession is { } accession)
        {
            _byAccession.TryAdd(Key(patient, accession), study);
        }

        if (identity.Filler is { } filler)
        {
            _byFiller.TryAdd(Key(patient, filler), study);
        }
    }

    private (int, string, string?) Key(int patient, Identifier number) => (patient, number.Value, _rules.Canonical(number.Issuer));
}
