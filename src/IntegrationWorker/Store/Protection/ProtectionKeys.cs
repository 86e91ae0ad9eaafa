using System.Security.Cryptography;

namespace IntegrationWorker.Store.Protection;

/// <summary>The keys in use: some to decrypt, one of them to encrypt, and one for the hashes of patient identifiers.</summary>
/// <remarks>
/// Keys are rotated by adding one and naming it as current. The key of the patient hashes stays for ever: a hash by another key
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

        if (keys.Keys.FirstOrDefault(id => id.Length is 0 or > KeyIdBytesMax || !id.All(char.IsAscii)) is { } wrong)
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

    /// <summary>The key of that id, or null.</summary>
    public byte[]? Find(string id) => _keys.GetValueOrDefault(id);
}
