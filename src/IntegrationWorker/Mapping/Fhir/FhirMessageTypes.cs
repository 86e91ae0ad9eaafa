namespace IntegrationWorker.Mapping.Fhir;

/// <summary>Message types of what is no single resource.</summary>
internal static class FhirMessageTypes
{
    public const string Delete = "delete";

    /// <summary>A rest-hook without a payload.</summary>
    public const string Empty = "empty";

    public const string BundlePrefix = "Bundle/";
}
