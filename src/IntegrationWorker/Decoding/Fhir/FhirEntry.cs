using System.Text.Json;

namespace IntegrationWorker.Decoding.Fhir;

/// <summary>One entry of a Bundle.</summary>
/// <param name="Resource">Undefined when the entry has none.</param>
/// <param name="Url">request.url</param>
/// <param name="LastModified">response.lastModified as sent, or null.</param>
internal sealed record FhirEntry(string? FullUrl, JsonElement Resource, string? Method, string? Url, string? LastModified)
{
    public bool HasResource => Resource.ValueKind == JsonValueKind.Object;

    /// <summary>resourceType; null when there is no resource.</summary>
    public string? Type { get; } = Resource.Text("resourceType");

    public string? Id { get; } = Resource.Text("id");

    /// <summary>Resource.priority as text; null when there is none.</summary>
    /// <remarks>Read once: many studies of a Bundle may be based on one request.</remarks>
    public string? Priority { get; } = Resource.Text("priority");

    public bool IsDelete => string.Equals(Method, "DELETE", StringComparison.OrdinalIgnoreCase);

    /// <summary>What the entry is about: its resource's own type and id, else what its URLs say.</summary>
    public FhirReference? Target { get; } = Resource.Text("resourceType") is { } type && Resource.Text("id") is { } id
        ? new FhirReference(type, id)
        : FhirReference.From(Url) ?? FhirReference.From(FullUrl);

    public static FhirEntry From(JsonElement entry)
    {
        var request = entry.Member("request");

        return new FhirEntry(
            entry.Text("fullUrl"),
            entry.Member("resource"),
            request.Text("method"),
            request.Text("url"),
            entry.Member("response").Text("lastModified"));
    }
}
