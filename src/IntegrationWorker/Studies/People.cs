namespace IntegrationWorker.Studies;

/// <summary>A reader the worker may assign studies to.</summary>
internal sealed record User
{
    public required string UserId { get; init; }

    public required string Email { get; init; }

    public string? Npi { get; init; }

    public IReadOnlyList<LocalId> LocalIds { get; init; } = [];

    public bool Active { get; init; } = true;

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? MiddleName { get; init; }

    public string? Suffix1 { get; init; }

    public string? Suffix2 { get; init; }
}

/// <summary>An id that a hospital system has for a user.</summary>
internal sealed record LocalId(string Authority, string Id);

/// <summary>An organization that owns studies.</summary>
internal sealed record Org(string OrgId, string OrgName, IReadOnlyList<string> Codes);
