using System.Collections.Frozen;

namespace IntegrationWorker.Studies;

/// <summary>Names of the gated fields, as they stand in events, superseded lists and history.</summary>
internal static class FieldNames
{
    public const string StudyDescription = "studyDescription";
    public const string Severity = "severity";
    public const string StudyViewerStatus = "studyViewerStatus";
    public const string AssignedTo = "assignedTo";
    public const string IsCancelled = "isCancelled";
    public const string OrgId = "orgId";

    /// <summary>Not gated: they name the study and never change.</summary>
    public const string StudyId = "studyId";
    public const string StudyInstanceUid = "studyInstanceUid";

    /// <summary>Before the key of a metadata pair.</summary>
    public const string MetadataPrefix = "metadata.";

    // Each message names a dozen of them.
    private static readonly FrozenDictionary<string, string> _ofKnownKeys =
        Rulebook.DefaultMetadataPriority.ToFrozenDictionary(key => key, key => MetadataPrefix + key, StringComparer.Ordinal);

    public static string OfMetadata(string key) => _ofKnownKeys.TryGetValue(key, out var name) ? name : MetadataPrefix + key;

    /// <summary>The fields in the order in which an event lists them; metadata keys follow by name.</summary>
    public static readonly string[] InEventOrder = [StudyDescription, Severity, StudyViewerStatus, AssignedTo, IsCancelled, OrgId];

    /// <summary>Orders fields as an event lists them: study fields first, then metadata by name.</summary>
    public static int CompareForEvent(string left, string right)
    {
        var leftPlace = Array.IndexOf(InEventOrder, left);
        var rightPlace = Array.IndexOf(InEventOrder, right);

        return (leftPlace, rightPlace) switch
        {
            ( < 0, < 0) => string.CompareOrdinal(left, right),
            ( < 0, _) => 1,
            (_, < 0) => -1,
            _ => leftPlace - rightPlace,
        };
    }
}
