namespace IntegrationWorker.Decoding.Fhir;

/// <summary>Type and id of a literal reference, whatever base it has: <c>https://host/r4/ImagingStudy/1/_history/2</c>.</summary>
internal readonly record struct FhirReference(string Type, string Id)
{
    public override string ToString() => $"{Type}/{Id}";

    /// <summary>Null for <c>urn:uuid:</c>, fragments and everything else that does not end in type and id.</summary>
    public static FhirReference? From(string? reference)
    {
        if (reference is null)
        {
            return null;
        }

        var path = reference.AsSpan();
        var query = path.IndexOfAny('?', '#');
        path = (query < 0 ? path : path[..query]).Trim().Trim('/');
        var history = path.IndexOf("/_history");
        path = history < 0 ? path : path[..history];

        var idSlash = path.LastIndexOf('/');

        if (idSlash <= 0)
        {
            return null;
        }

        var id = path[(idSlash + 1)..];
        var type = path[..idSlash];
        type = type[(type.LastIndexOf('/') + 1)..];

        return id.IsEmpty || type.IsEmpty || !char.IsAsciiLetterUpper(type[0]) || type.Contains(':')
            ? null
            : new FhirReference(type.ToString(), id.ToString());
    }
}
