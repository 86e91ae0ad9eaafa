namespace IntegrationWorker.Mapping.Fhir;

/// <summary>Idempotency keys of FHIR resources and notices. docs/mapping.md §5.1.</summary>
internal static class FhirKeys
{
    /// <summary>R4 allows 64; keys are indexed and must stay short.</summary>
    public const int PartCharactersMax = 128;

    /// <param name="version">versionId, else lastUpdated, else the fingerprint: a time stands in the key as it was sent.</param>
    public static string OfResource(string sourceId, string type, string? id, string version) =>
        $"fhir/{Escape(sourceId)}/{type}/{Escape(id ?? "_")}/{version}";

    public static string OfDelete(string sourceId, string type, string id, string time) =>
        $"fhir/{Escape(sourceId)}/{type}/{Escape(id)}/deleted@{time}";

    /// <summary>A notification that carries no resource: it is told from others by its content.</summary>
    public static string OfNotification(string sourceId, string subscriptionId, string type, string digest) =>
        $"fhir/{Escape(sourceId)}/Subscription/{Escape(subscriptionId)}/{type}/{digest}";

    /// <summary>An empty rest-hook: it has nothing of its own but its time.</summary>
    public static string OfEmpty(string sourceId, string? url, string time) =>
        $"fhir/{Escape(sourceId)}/{Escape(url is { Length: > 0 and <= PartCharactersMax } ? url : "_")}/empty@{time}";

    public static string Escape(string part) => MessageKeys.Escape(part);
}
