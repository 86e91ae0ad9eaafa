using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Outbox;

/// <summary>What events say of where they come from.</summary>
internal sealed class EventsOptions
{
    public const string Section = "Events";

    /// <summary>The CloudEvents source. Default <c>urn:study-update-worker:default</c>; give every deployment a name of its own.</summary>
    [Required(ErrorMessage = "Write a URI: urn:study-update-worker:north.")]
    [RegularExpression(@"^[A-Za-z][A-Za-z0-9+.-]*:\S+$", ErrorMessage = "Write a URI: urn:study-update-worker:north.")]
    public string Source { get; init; } = "urn:study-update-worker:default";

    /// <summary>Metadata keys whose values events withhold, beside patient data and identity keys. Default none.</summary>
    public IReadOnlyList<string> SensitiveKeys { get; init; } = [];
}
