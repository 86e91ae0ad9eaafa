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

    public IEnumerable<(LinkKind Kind, string Value)> Links
    {
        get
        {
            if (Accession is not null)
            {
                yield return (LinkKind.Accession, Accession);
            }

            if (Order is not null)
            {
                yield return (LinkKind.Filler, Order);
                yield return (LinkKind.Placer, Order);
            }
        }
    }
}
