using IntegrationWorker.Studies;

namespace IntegrationWorker.Access;

/// <summary>What the holder of a key may do. Each role may also do what the ones before it may.</summary>
internal enum AccessRole
{
    /// <summary>Look at studies, their history and events.</summary>
    Reader,

    /// <summary>Send messages and write studies.</summary>
    Integrator,

    /// <summary>Look at messages, preview, look after dead letters, say which organization a study belongs to.</summary>
    Operator,

    /// <summary>Make and revoke keys.</summary>
    Admin,
}

internal static class AccessRoles
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<AccessRole>().Select(ToText)];

    public static string ToText(this AccessRole role) => role switch
    {
        AccessRole.Admin => "admin",
        AccessRole.Operator => "operator",
        AccessRole.Integrator => "integrator",
        _ => "reader",
    };

    /// <summary>A text that is no role counts as the least of them.</summary>
    public static AccessRole Parse(string text) => Enum.GetValues<AccessRole>().FirstOrDefault(role => role.ToText() == text);

    /// <summary>The class that writes with such a key count as. docs/mapping.md §6.4.</summary>
    public static Authority ToAuthority(this AccessRole role) => role >= AccessRole.Operator ? Authority.Operator : Authority.Viewer;
}
