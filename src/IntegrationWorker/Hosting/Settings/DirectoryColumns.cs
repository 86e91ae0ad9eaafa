namespace IntegrationWorker.Hosting.Settings;

/// <summary>The columns of a CSV file of users or organizations: the members that the list in the settings has.</summary>
/// <param name="Required">Those that a file must have.</param>
/// <param name="Further">Those that it may have.</param>
internal sealed record DirectoryColumns(IReadOnlyList<string> Required, IReadOnlyList<string> Further)
{
    public const string LocalIds = "localIds";
    public const string Codes = "codes";

    public static DirectoryColumns OfUsers { get; } = new(
        ["userId", "email"], ["npi", LocalIds, "active", "firstName", "lastName", "middleName", "suffix1", "suffix2"]);

    public static DirectoryColumns OfOrgs { get; } = new(["orgId", "orgName"], [Codes]);

    public IReadOnlyList<string> All => [.. Required, .. Further];
}
