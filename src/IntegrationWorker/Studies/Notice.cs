using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>A code of the catalogue with what belongs to it: a rejection's reason, or a warning.</summary>
/// <remarks>
/// The details are shown where the outcome record is read, and nowhere else: logs, headers and events get
/// <see cref="Code"/> and <see cref="Location"/> only.
/// </remarks>
/// <param name="Code">A code of docs/codes.json.</param>
/// <param name="Details">The values in braces of the code's text, and <c>location</c>. Strings, string arrays, numbers, maps of strings.</param>
internal sealed record Notice(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("details")] IReadOnlyDictionary<string, object>? Details = null)
{
    /// <summary>Where in the message: <c>OBR-27.6</c>; null when the whole message is meant.</summary>
    [JsonIgnore]
    public string? Location => Details?.GetValueOrDefault("location")?.ToString();

    public static Notice Of(string code) => new(code);

    public static Notice Of(string code, string name, object value) =>
        new(code, new Dictionary<string, object> { [name] = value });

    public static Notice Of(string code, string name, object value, string otherName, object otherValue) =>
        new(code, new Dictionary<string, object> { [name] = value, [otherName] = otherValue });
}
