using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Store.Protection;

/// <summary>Where the keys are that protect what the store keeps of messages.</summary>
internal sealed class ProtectionOptions : IValidatableObject
{
    public const string Section = "Protection";

    /// <summary>The key file. Made with new keys on the first start, readable by its owner only. Default <c>./data/keys.json</c>.</summary>
    [Required]
    public string KeyFile { get; init; } = "./data/keys.json";

    /// <summary>
    /// Keys beside those of the key file, the newest last: that one encrypts, all open what was encrypted with them. Default none: the key file names the
    /// one that encrypts. The key of the patient hashes is in the key file only and stays.
    /// </summary>
    public IReadOnlyList<ProtectionKeyOptions> Keys { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (place, key) in Keys.Index())
        {
            if (!ProtectionKeys.IsId(key.Id))
            {
                yield return new ValidationResult($"Write 1 to {ProtectionKeys.KeyIdBytesMax} ASCII characters.", [$"{nameof(Keys)}:{place}:{nameof(key.Id)}"]);
            }
            else if (Keys.Take(place).Any(earlier => earlier.Id == key.Id))
            {
                yield return new ValidationResult("An earlier key of the list has this id.", [$"{nameof(Keys)}:{place}:{nameof(key.Id)}"]);
            }

            if (key.Bytes is null)
            {
                yield return new ValidationResult(
                    $"Write {ProtectionKeys.KeyBytes} random bytes in Base64, as openssl rand -base64 {ProtectionKeys.KeyBytes} prints them.",
                    [$"{nameof(Keys)}:{place}:{nameof(key.Key)}"]);
            }
        }
    }
}

/// <summary>A key of the settings.</summary>
internal sealed class ProtectionKeyOptions
{
    /// <summary>1 to 64 ASCII characters, kept with each value: never given to another key.</summary>
    public string Id { get; init; } = "";

    /// <summary>32 bytes in Base64. A secret: it is neither logged nor told.</summary>
    public string Key { get; init; } = "";

    /// <summary>The key; null when <see cref="Key"/> is none.</summary>
    internal byte[]? Bytes
    {
        get
        {
            var bytes = new byte[ProtectionKeys.KeyBytes];

            return Convert.TryFromBase64String(Key, bytes, out var length) && length == bytes.Length ? bytes : null;
        }
    }
}
