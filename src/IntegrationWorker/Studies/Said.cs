using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>The last statement of one source about one field, kept where it is not the value of the field.</summary>
/// <remarks>Needed to tell an echo from a change of mind: docs/mapping.md §6.4.</remarks>
internal sealed record Said(
    [property: JsonPropertyName("s")] string Source,
    [property: JsonPropertyName("v")] string? Value,
    [property: JsonPropertyName("c")] Clock Clock);
