using System.Text.Json.Serialization;
using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi;

/// <summary>A study as the study API shows it.</summary>
internal sealed record StudyResource
{
    public required string StudyId { get; init; }

    public required string StudyInstanceUid { get; init; }

    public required string StudyDescription { get; init; }

    /// <summary><c>normal</c>, <c>high</c> or <c>stat</c>.</summary>
    public required string Severity { get; init; }

    /// <summary><c>incomplete</c> or <c>complete</c>.</summary>
    public required string StudyViewerStatus { get; init; }

    public required bool IsCancelled { get; init; }

    /// <summary>RFC 3339, UTC; null while the study is not cancelled.</summary>
    public required DateTimeOffset? CancelledAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Null when nobody is assigned.</summary>
    public required UserReference? AssignedTo { get; init; }

    /// <summary>Null: the study came by a message.</summary>
    public required ApiKeyReference? CreatedByApiKey { get; init; }

    /// <summary>Null: users do not create studies here.</summary>
    public required UserReference? CreatedByUser { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required OrgReference? Org { get; init; }

    /// <summary>Newer clients look for it in the place of the organization; always null.</summary>
    public required OrgReference? ExpressCustomer { get; init; }
}

/// <summary>A user: names and suffixes when they are known.</summary>
internal sealed record UserReference
{
    public required string UserId { get; init; }

    /// <summary>Null only when the user has left the directory.</summary>
    public string? Email { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FirstName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MiddleName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Suffix1 { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Suffix2 { get; init; }

    public static UserReference Of(string userId, User? user) => new()
    {
        UserId = userId,
        Email = user?.Email,
        FirstName = user?.FirstName,
        LastName = user?.LastName,
        MiddleName = user?.MiddleName,
        Suffix1 = user?.Suffix1,
        Suffix2 = user?.Suffix2,
    };
}

/// <summary>The organization that owns a study.</summary>
internal sealed record OrgReference(string OrgId, string OrgName);

/// <summary>The key that a study was created with.</summary>
/// <param name="Description">The name of the key.</param>
internal sealed record ApiKeyReference(Guid ApiKeyId, string Description, bool IsViewerEnabled = true);
