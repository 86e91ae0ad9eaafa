using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Store.Protection;

/// <summary>Where the keys are that protect what the store keeps of messages.</summary>
internal sealed class ProtectionOptions
{
    public const string Section = "Protection";

    /// <summary>The key file. Made with new keys on the first start, readable by its owner only. Default <c>./data/keys.json</c>.</summary>
    [Required]
    public string KeyFile { get; init; } = "./data/keys.json";
}
