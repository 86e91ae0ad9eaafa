namespace IntegrationWorker.Mapping;

/// <summary>DICOM unique identifiers, PS3.5 §9.</summary>
internal static class DicomUid
{
    public const int LengthMax = 64;

    /// <summary>
    /// Digits and dots, at most 64 characters, at least two components, none empty, none with a leading zero. The arcs are not
    /// checked against ISO 8824: roots such as <c>1.113654</c> are in real images.
    /// </summary>
    public static bool IsValid(string uid)
    {
        if (uid.Length > LengthMax || !uid.Contains('.', StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var range in uid.AsSpan().Split('.'))
        {
            var component = uid.AsSpan()[range];

            if (component.IsEmpty || component.ContainsAnyExceptInRange('0', '9') || (component.Length > 1 && component[0] == '0'))
            {
                return false;
            }
        }

        return true;
    }
}
