using System.Security.Cryptography;

namespace IntegrationWorker.Store.Protection;

/// <summary>The keys in use: some to decrypt, one of them to encrypt, and one for the hashes of patient identifiers.</summary>
/// <remarks>
/// Keys are rotated by adding one, as the last of the settings or as the current one of the key file. The key of the patient hashes stays for ever: a hash by another key
/// finds nothing.
/// </remarks>
internal sealed class ProtectionKeys
{
    public const int KeyBytes = 32;
    public const int KeyIdBytesMax = 64;

    private readonly IReadOnlyDictionary<string, byte[]> _keys;

    public ProtectionKeys(string currentId, IReadOnlyDictionary<string, byte[]> keys, byte[] patientHashKey)
    {
        if (!keys.TryGetValue(currentId, out var current))
        {
            throw new ProtectionException($"The current key {currentId} is not among the keys.");
        }

        if (keys.Values.Append(patientHashKey).Any(key => key.Length != KeyBytes))
        {
            throw new ProtectionException($"Every key has {KeyBytes} bytes.");
        }

        if (keys.Keys.FirstOrDefault(id => !IsId(id)) is { } wrong)
        {
            throw new ProtectionException($"The key id {wrong} is not 1 to {KeyIdBytesMax} ASCII characters long.");
        }

        _keys = keys;
        CurrentId = currentId;
        Current = current;
        PatientHashKey = patientHashKey;
    }

    public string CurrentId { get; }

    public byte[] Current { get; }

    public byte[] PatientHashKey { get; }

    public IEnumerable<KeyValuePair<string, byte[]>> All => _keys;

    /// <summary>New random keys under one id.</summary>
    public static ProtectionKeys Create(string id) => new(
        id,
        new Dictionary<string, byte[]> { [id] = RandomNumberGenerator.GetBytes(KeyBytes) },
        RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>What a key may be called.</summary>
    public static bool IsId(string text) => text.Length is > 0 and <= KeyIdBytesMax && text.All(char.IsAscii);

    /// <summary>The keys of the key file and those of the settings, of which the last one encrypts.</summary>
    /// <exception cref="ProtectionException">One of them has the id of another key, or is none.</exception>
    public static ProtectionKeys Of(
        string currentId, Dictionary<string, byte[]> keys, byte[] patientHashKey, IReadOnlyList<ProtectionKeyOptions> further)
    {
        foreach (var (place, key) in further.Index())
        {
            var bytes = key.Bytes ?? throw new ArgumentException("It was not validated.", nameof(further));

            if (!keys.TryAdd(key.Id, bytes) && !keys[key.Id].AsSpan().SequenceEqual(bytes))
            {
                throw new ProtectionException(
                    $"{ProtectionOptions.Section}:{nameof(ProtectionOptions.Keys)}:{place}: it has another key with the id {key.Id}. Give the new one an id of its own.");
            }
        }

        return new ProtectionKeys(further is [.., var newest] ? newest.Id : currentId, keys, patientHashKey);
    }

    /// <summary>The key of that id, or null.</summary>
    public byte[]? Find(string id) => _keys.GetValueOrDefault(id);
}
