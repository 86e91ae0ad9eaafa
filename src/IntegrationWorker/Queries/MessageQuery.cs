using IntegrationWorker.Studies;

namespace IntegrationWorker.Queries;

/// <summary>What an operator knows of a message: at least one of them.</summary>
internal sealed record MessageQuery
{
    /// <summary>How many messages are found at a time, unless fewer are asked for.</summary>
    public const int LimitMax = 500;

    public string? Accession { get; init; }

    public string? StudyInstanceUid { get; init; }

    public string? StudyId { get; init; }

    /// <summary>Filler or placer order number.</summary>
    public string? Order { get; init; }

    /// <summary>MSH-10.</summary>
    public string? ControlId { get; init; }

    /// <summary>A patient's number as the source writes it (PID-3.1). It is looked up by its keyed hash.</summary>
    public string? Mrn { get; init; }

    public string? SourceId { get; init; }

    /// <summary>One of <c>Contracts.Outcomes</c>.</summary>
    public string? Outcome { get; init; }

    /// <summary>Why a message was rejected: HL7-010.</summary>
    public string? Code { get; init; }

    /// <summary>Received at this instant or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Received before this instant.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only messages before this place: the <c>before</c> of the page after them. Null from the latest on.</summary>
    public string? Before { get; init; }

    /// <summary>How many at most, 1 to 500: the latest ones. Default 500.</summary>
    public int? Limit { get; init; }

    public int LimitOrUsual => Limit ?? LimitMax;

    public bool IsEmpty => !HasNumber && (SourceId ?? Outcome ?? Code) is null && (From ?? Until) is null;

    /// <summary>Something that names a study, a patient or a message.</summary>
    public bool HasNumber => (Accession ?? StudyInstanceUid ?? StudyId ?? Order ?? ControlId ?? Mrn) is not null;

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Fault() =>
        IsEmpty ? "Name at least one of accession, studyInstanceUid, studyId, order, mrn, controlId, sourceId, outcome, code, from, until."
        : Outcome is not null && !Contracts.Outcomes.WorstFirst.Contains(Outcome) ? $"outcome is one of {string.Join(", ", Contracts.Outcomes.WorstFirst)}."
        : Before is not null && MessagePlaces.Read(Before) is null ? "before is what an earlier page was answered with."
        : Limit is < 1 or > LimitMax ? $"limit is a number from 1 to {LimitMax}."
        : null;

    /// <summary>The numbers that lead to studies.</summary>
    /// <param name="hash">Makes the keyed hash of a patient's number.</param>
    public IEnumerable<LinkKey> Numbers(Func<string, string> hash) => new (LinkKind Kind, string? Value)[]
    {
        (LinkKind.StudyId, StudyId),
        (LinkKind.StudyInstanceUid, StudyInstanceUid),
        (LinkKind.Accession, Accession),
        (LinkKind.Filler, Order),
        (LinkKind.Placer, Order),
        (LinkKind.Patient, Mrn is null ? null : hash(Mrn)),
        (LinkKind.FormerPatient, Mrn is null ? null : hash(Mrn)),
    }.Where(number => number.Value is not null).Select(number => new LinkKey(number.Kind, number.Value!));
}
