namespace IntegrationWorker.Studies;

/// <summary>The last statement of one source about one field, kept where it is not the value of the field.</summary>
/// <remarks>Needed to tell an echo from a change of mind: docs/mapping.md §6.4.</remarks>
internal sealed record Said(string Source, string? Value, Clock Clock);
