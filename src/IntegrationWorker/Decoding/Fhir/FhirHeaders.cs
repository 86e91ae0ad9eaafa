namespace IntegrationWorker.Decoding.Fhir;

/// <summary>Headers the HTTP side gives a relayed request. docs/mapping.md §7.1.</summary>
internal static class FhirHeaders
{
    /// <summary><c>create</c>, <c>update</c>, <c>delete</c> or <c>notify</c>.</summary>
    public const string Interaction = "fhir-interaction";

    public const string Url = "fhir-url";

    public const string Time = "fhir-time";
}
