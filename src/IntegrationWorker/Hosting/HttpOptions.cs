using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Hosting;

/// <summary>The worker's own HTTP address.</summary>
internal sealed class HttpOptions : IValidatableObject
{
    public const string Section = "Http";

    /// <summary>Addresses to listen on, separated by semicolons. Default <c>http://127.0.0.1:8080</c>.</summary>
    [Required]
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>How many requests a second one API key may make on this worker; as many may come at once. 0: no limit. Default 0.</summary>
    [Range(0, 1_000_000, ErrorMessage = "Write a number of requests from 1 to 1000000, or 0 for no limit.")]
    public int RequestsPerSecond { get; init; }

    public IEnumerable<string> All => Urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var url in All.Where(url => !IsAddress(url)))
        {
            yield return new ValidationResult($"{url} is not an address. Write http://127.0.0.1:8080, or http://0.0.0.0:8080 for all networks.", [nameof(Urls)]);
        }
    }

    private static bool IsAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == "http" && uri.PathAndQuery == "/";
}
