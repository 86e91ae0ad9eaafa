using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>What a message says of one field, and where it says so.</summary>
/// <param name="Value">The value; null deletes.</param>
/// <param name="Location"><c>OBR-27.6</c>, a FHIRPath or a JSON pointer.</param>
internal sealed record Asserted(
    [property: JsonPropertyName("v")] string? Value,
    [property: JsonPropertyName("l")] string Location);

/// <summary>What an order group or a command wants of a study's life.</summary>
internal enum Signal
{
    None,
    Hold,
    Active,
    Cancel,
}

/// <summary>Which user a message assigns, if it says anything about that.</summary>
/// <param name="UserId">The user to assign; null unassigns.</param>
/// <param name="RemoveIf">Unassign only if this user is the assignee (action code DE).</param>
internal sealed record Assignment(
    [property: JsonPropertyName("u")] string? UserId,
    [property: JsonPropertyName("r")] string? RemoveIf,
    [property: JsonPropertyName("l")] string Location,
    [property: JsonPropertyName("f")] bool OnlyIfEmpty = false);
