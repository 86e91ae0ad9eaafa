using IntegrationWorker.Mllp;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>The sections of the settings.</summary>
internal static class SettingsSections
{
    public const string Sources = "Sources";
    public const string IssuerAliases = "IssuerAliases";
    public const string Users = "Users";
    public const string Orgs = "Orgs";
    public const string UsersFile = "UsersFile";
    public const string OrgsFile = "OrgsFile";
    public const string MetadataPriority = "MetadataPriority";
    public const string Mllp = MllpOptions.Section;
    public const string FhirServers = FhirServer.Section;

    /// <summary>Those that a later file replaces whole.</summary>
    public static IReadOnlySet<string> Whole { get; } =
        new HashSet<string>(StringComparer.OrdinalIgnoreCase) { Sources, IssuerAliases, Users, Orgs, MetadataPriority, Mllp, FhirServers };

    /// <summary>Lists that may stand in a file of their own, with the setting that names it.</summary>
    public static IReadOnlyList<(string List, string File)> InFiles { get; } = [(Users, UsersFile), (Orgs, OrgsFile)];

    /// <summary>All that may stand at the top of a file.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(
        [.. Whole, UsersFile, OrgsFile, .. OptionsSections.All.Select(section => section.Name), "Logging"], StringComparer.OrdinalIgnoreCase);
}
