using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Golden;

/// <summary>How much is found in the messages that the corpus's list flags <c>rad</c>.</summary>
internal sealed class GoldenCounts
{
    private readonly SortedDictionary<string, int> _reasons = new(StringComparer.Ordinal);

    public int Messages { get; private set; }

    public int WithIdentity { get; private set; }

    /// <summary>Without an identity, but with a code or a reason that says why.</summary>
    public int WithReason { get; private set; }

    public int WithDescription { get; private set; }

    public int WithSeverity { get; private set; }

    public void Add(MappedMessage message)
    {
        var units = message.Parts.SelectMany(part => part.Units).ToList();
        var used = units.Where(unit => unit is { Rejection: null, IgnoredReason: null }).ToList();
        var reason = message.Parts.Select(part => part.Rejection?.Code ?? part.IgnoredReason)
            .Concat(units.Select(unit => unit.Rejection?.Code ?? unit.IgnoredReason))
            .FirstOrDefault(code => code is not null);

        Messages++;

        if (used.Exists(HasIdentity))
        {
            WithIdentity++;
        }
        else if (reason is not null)
        {
            WithReason++;
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
        }

        WithDescription += used.Exists(unit => Says(unit, FieldNames.StudyDescription, ProcedureFacts.Description)) ? 1 : 0;
        WithSeverity += used.Exists(unit => Says(unit, FieldNames.Severity, ProcedureFacts.Severity)) ? 1 : 0;
    }

    public IEnumerable<string> Lines() =>
    [
        $"radiology messages\t{Messages}",
        $"with an identity\t{WithIdentity}",
        $"without, for a coded reason\t{WithReason}",
        $"with a description\t{WithDescription}",
        $"with a severity\t{WithSeverity}",
        .. _reasons.Select(reason => $"reason {reason.Key}\t{reason.Value}"),
    ];

    /// <summary>Patient messages find their studies by the patient, all others by the numbers of the study.</summary>
    private static bool HasIdentity(UnitUpdate unit) => unit.Kind switch
    {
        UnitKind.PatientUpdate => unit.PatientKeys.Count > 0,
        UnitKind.PatientMerge => unit.PriorPatientKeys?.Count > 0,
        _ => unit.Identities().Any(identity => !identity.IsEmpty),
    };

    private static bool Says(UnitUpdate unit, string field, string fact) =>
        unit.Fields.ContainsKey(field) || unit.Procedures.Exists(procedure => procedure.Facts.GetValueOrDefault(fact)?.Value is not null);
}
