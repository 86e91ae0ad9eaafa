namespace IntegrationWorker.Mapping;

/// <summary>Which meaning of messages a decision was made by.</summary>
internal static class MappingVersion
{
    /// <summary>Grows when docs/mapping.md changes what a message means.</summary>
    public const string Current = "1";
}
