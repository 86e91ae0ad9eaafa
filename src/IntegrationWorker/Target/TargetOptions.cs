using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Target;

/// <summary>Where studies are kept right: in this worker's own store, or at a reading platform. docs/remote-target.md.</summary>
internal sealed class TargetOptions : IValidatableObject
{
    public const string Section = "Target";
    public const string Local = "local";
    public const string Remote = "remote";

    /// <summary><c>local</c>: the store is the record. <c>remote</c>: changes go to a study API. Default <c>local</c>.</summary>
    [AllowedValues(Local, Remote, ErrorMessage = "Write local or remote.")]
    public string Kind { get; init; } = Local;

    /// <summary>The address before <c>/v1/viewer/studies</c>. Default none.</summary>
    public string BaseUrl { get; init; } = "";

    /// <summary>Sent as a bearer token. Default none.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>How long one call may take, in seconds. Default 10.</summary>
    [Range(1, 120, ErrorMessage = "Write a number of seconds from 1 to 120.")]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Calls in a second at most, of this worker. Default 50.</summary>
    [Range(1, 10_000, ErrorMessage = "Write a number from 1 to 10000.")]
    public int CallsPerSecondMax { get; init; } = 50;

    /// <summary>Studies that are brought at the same time, of this worker. Default 8.</summary>
    [Range(1, 64, ErrorMessage = "Write a number from 1 to 64.")]
    public int StudiesAtOnceMax { get; init; } = 8;

    /// <summary>How long the platform is left alone after it failed again and again, in seconds. Default 5.</summary>
    [Range(1, 300, ErrorMessage = "Write a number of seconds from 1 to 300.")]
    public int CircuitBreakSeconds { get; init; } = 5;

    /// <summary>For so long a study belongs to one worker, in seconds; it is renewed while calls run. Longer than a call may take. Default 30.</summary>
    [Range(2, 600, ErrorMessage = "Write a number of seconds from 2 to 600.")]
    public int LeaseSeconds { get; init; } = 30;

    /// <summary>How long one study may keep failing at the platform, while it accepts others, before its change is a dead letter, in minutes. Default 120.</summary>
    [Range(1, 100_000, ErrorMessage = "Write a number from 1 to 100000.")]
    public int GiveUpMinutes { get; init; } = 120;

    /// <summary>Hours between two looks for what differs. Default 24.</summary>
    [Range(1, 8760, ErrorMessage = "Write a number of hours from 1 to 8760.")]
    public int DriftHours { get; init; } = 24;

    public bool IsRemote => Kind == Remote;

    public Uri Address => new(BaseUrl.TrimEnd('/') + "/");

    public static TargetOptions Of(IConfiguration configuration) => configuration.GetSection(Section).Get<TargetOptions>() ?? new TargetOptions();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsRemote)
        {
            yield break;
        }

        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.Query.Length > 0)
        {
            yield return new ValidationResult("The kind remote needs an address. Write https://api.example.org.", [nameof(BaseUrl)]);
        }
        else if (address.Scheme == "http" && !address.IsLoopback)
        {
            yield return new ValidationResult("Over http the key would go through the network in clear. Write https.", [nameof(BaseUrl)]);
        }

        if (string.IsNullOrWhiteSpace(ApiKey) || ApiKey.Any(character => character is <= ' ' or > '~'))
        {
            yield return new ValidationResult("The kind remote needs the key that the platform gave out.", [nameof(ApiKey)]);
        }

        // A call may wait for those of the other studies first.
        if (LeaseSeconds <= TimeoutSeconds + (StudiesAtOnceMax / CallsPerSecondMax))
        {
            yield return new ValidationResult(
                "A lease must be longer than a call may wait and take (StudiesAtOnceMax / CallsPerSecondMax + TimeoutSeconds).", [nameof(LeaseSeconds)]);
        }
    }
}
