namespace IntegrationWorker.Emulator;

/// <summary>The operations of the study API, as fault scripts and call logs name them.</summary>
internal static class EmulatedOperations
{
    public const string Create = "create";
    public const string Get = "get";
    public const string GetByUid = "get-by-uid";
    public const string Patch = "patch";
    public const string List = "list";
    public const string Cancel = "cancel";
    public const string Uncancel = "uncancel";

    /// <summary>In a script: whatever the operation.</summary>
    public const string Any = "any";

    public static IReadOnlyList<string> All { get; } = [Create, Get, GetByUid, Patch, List, Cancel, Uncancel];
}
