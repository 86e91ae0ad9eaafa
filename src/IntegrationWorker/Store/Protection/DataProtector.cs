using System.Security.Cryptography;
using System.Text;

namespace IntegrationWorker.Store.Protection;

/// <summary>Encrypts what the store keeps of messages: AES-256-GCM, a new nonce each time.</summary>
/// <remarks>
/// A blob is: format (1 byte) · length of the key id (1 byte) · key id · nonce (12) · tag (16) · encrypted bytes. All before the
/// nonce, and the place the blob belongs to, are authenticated: a blob moved to another row does not open.
/// </remarks>
internal sealed class DataProtector(ProtectionKeys keys)
{
    private const byte Format = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <param name="place">Where the blob is kept: <c>dead_letters/dl_…/body</c>.</param>
    public byte[] Protect(ReadOnlySpan<byte> plain, string place) => Protect(plain, place, keys.CurrentId);

    /// <summary>As <see cref="Protect(ReadOnlySpan{byte}, string)"/>, with a key that is there but need not be the current one.</summary>
    public byte[] Protect(ReadOnlySpan<byte> plain, string place, string keyId)
    {
        var head = BeginningOf(keyId);
        var blob = new byte[head.Length + NonceBytes + TagBytes + plain.Length];
        head.CopyTo(blob, 0);
        var nonce = blob.AsSpan(head.Length, NonceBytes);
        RandomNumberGenerator.Fill(nonce);

        using var cipher = new AesGcm(keys.Find(keyId)!, TagBytes);
        cipher.Encrypt(
            nonce,
            plain,
            blob.AsSpan(head.Length + NonceBytes + TagBytes),
            blob.AsSpan(head.Length + NonceBytes, TagBytes),
            Authenticated(head, place));

        return blob;
    }

    /// <exception cref="ProtectionException">The key is missing, or the blob was changed or moved.</exception>
    public byte[] Unprotect(ReadOnlySpan<byte> blob, string place)
    {
        if (blob.Length < 2 || blob[0] != Format || blob.Length < 2 + blob[1] + NonceBytes + TagBytes)
        {
            throw new ProtectionException($"{place} is not an encrypted value.");
        }

        var head = blob[..(2 + blob[1])];
        var sealedPart = blob[head.Length..];
        var id = Encoding.ASCII.GetString(head[2..]);
        var key = keys.Find(id) ?? throw new ProtectionException($"{place} is encrypted with the key {id}, which is neither in the key file nor in Protection:Keys.");
        var plain = new byte[sealedPart.Length - NonceBytes - TagBytes];

        try
        {
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(
                sealedPart[..NonceBytes],
                sealedPart[(NonceBytes + TagBytes)..],
                sealedPart.Slice(NonceBytes, TagBytes),
                plain,
                Authenticated(head, place));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new ProtectionException($"{place} does not open with the key {id}: another key has that id, or the value was changed.", e);
        }

        return plain;
    }

    /// <summary>The id of the key that a blob was encrypted with.</summary>
    public static string KeyIdOf(ReadOnlySpan<byte> blob) => Encoding.ASCII.GetString(blob.Slice(2, blob[1]));

    /// <summary>What every value begins with that was encrypted with the key of this id.</summary>
    public static byte[] BeginningOf(string keyId) => [Format, (byte)keyId.Length, .. Encoding.ASCII.GetBytes(keyId)];

    private static byte[] Authenticated(ReadOnlySpan<byte> head, string place) => [.. head, .. Encoding.UTF8.GetBytes(place)];
}
