namespace IntegrationWorker.Studies;

/// <summary>The class of a source. docs/mapping.md §6.4.</summary>
internal enum Authority
{
    /// <summary>Nobody known wrote the value.</summary>
    None,
    Pacs,
    Ris,
    Ehr,

    /// <summary>Somebody changed the value in the viewer itself.</summary>
    Viewer,
    Operator,
}

internal static class Authorities
{
    public static int Rank(this Authority authority) => authority switch
    {
        Authority.Operator => 3,
        Authority.Ris or Authority.Ehr or Authority.Viewer => 2,
        Authority.Pacs => 1,
        _ => 0,
    };
}
