namespace IntegrationWorker.Mapping.Fhir;

/// <summary>A DICOM UID. Source: DICOM PS3.5 §9; docs/mapping.md §2.1.</summary>
internal static class StudyUid
{
    public const string OidPrefix = "urn:oid:";

    private const int CharactersMax = 64;

    public static string WithoutPrefix(string value) =>
        value.StartsWith(OidPrefix, StringComparison.OrdinalIgnoreCase) ? value[OidPrefix.Length..] : value;

    /// <summary>Digits and dots, at least two components, none empty and none with a leading zero.</summary>
    /// <remarks>The arc limits of ISO 8824 are not checked: roots such as 1.113654 are in real images.</remarks>
    public static bool IsValid(ReadOnlySpan<char> uid)
    {
        if (uid.Length > CharactersMax || !uid.Contains('.'))
        {
            return false;
        }

        foreach (var range in uid.Split('.'))
        {
            var component = uid[range];

            if (component.IsEmpty || component.ContainsAnyExceptInRange('0', '9') || (component.Length > 1 && component[0] == '0'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Short enough for a source that may send invalid UIDs (<c>lenientUid</c>) to find a study by.</summary>
    public static bool IsUsableToFind(string uid) => uid.Length is > 0 and <= CharactersMax;
}
