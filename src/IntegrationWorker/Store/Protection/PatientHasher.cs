using System.Security.Cryptography;
using System.Text;

namespace IntegrationWorker.Store.Protection;

/// <summary>Turns patient and visit identifiers into keyed hashes: the store finds by them, and nobody reads them. Safe for all threads.</summary>
internal sealed class PatientHasher(ProtectionKeys keys) : IDisposable
{
    private const int StackBytesMax = 256;

    // Setting a key up costs as much as hashing: each thread keeps one that is.
    private readonly ThreadLocal<IncrementalHash> _keyed = new(
        () => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.PatientHashKey));

    /// <returns>HMAC-SHA-256 of the UTF-8 text, 64 lower-case hex digits.</returns>
    public string Hash(string value)
    {
        var bytesMax = Encoding.UTF8.GetMaxByteCount(value.Length);
        var text = bytesMax <= StackBytesMax ? stackalloc byte[StackBytesMax] : new byte[bytesMax];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var keyed = _keyed.Value!;
        keyed.AppendData(text[..Encoding.UTF8.GetBytes(value, text)]);
        keyed.GetHashAndReset(hash);

        return Convert.ToHexStringLower(hash);
    }

    public void Dispose() => _keyed.Dispose();
}
