using IntegrationWorker.Studies;

namespace IntegrationWorker.Queries;

/// <summary>What an operator knows of a message: at least one of them.</summary>
internal sealed record MessageQuery
{
    public string? Accession { get; init; }

    public string? StudyInstanceUid { get; init; }

    public string? StudyId { get; init; }

    /// <summary>Filler or placer order number.</summary>
    public string? Order { get; init; }

    /// <summary>MSH-10.</summary>
    public string? ControlId { get; init; }

    public bool IsEmpty => (Accession ?? StudyInstanceUid ?? StudyId ?? Order ?? ControlId) is null;

    /// <summary>The numbers that lead to studies.</summary>
    public IEnumerable<LinkKey> Numbers => new (LinkKind Kind, string? Value)[]
    {
        (LinkKind.StudyId, StudyId),
        (LinkKind.StudyInstanceUid, StudyInstanceUid),
        (LinkKind.Accession, Accession),
        (LinkKind.Filler, Order),
        (LinkKind.Placer, Order),
    }.Where(number => number.Value is not null).Select(number => new LinkKey(number.Kind, number.Value!));
}
