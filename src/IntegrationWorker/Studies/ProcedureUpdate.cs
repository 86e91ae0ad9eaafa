using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>What a unit says of one procedure.</summary>
internal sealed class ProcedureUpdate
{
    [JsonPropertyName("k")]
    public required string Key { get; set; }

    [JsonPropertyName("s")]
    public Signal Signal { get; set; }

    /// <summary>Where the signal was read.</summary>
    [JsonPropertyName("sl")]
    public string SignalLocation { get; set; } = "ORC-1";

    // An order has six or seven.
    private const int FactsUsual = 7;

    /// <summary>By <see cref="ProcedureFacts"/> name; the state is in <see cref="Signal"/>.</summary>
    [JsonPropertyName("f")]
    public Dictionary<string, Asserted> Facts { get; init; } = new(FactsUsual, StringComparer.Ordinal);
}
