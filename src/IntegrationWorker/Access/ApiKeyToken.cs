using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IntegrationWorker.Access;

/// <summary>A key as its holder has it: <c>siw_</c>, the id, an underscore, and 32 random bytes in base64url.</summary>
/// <remarks>The secret is random and long, so one round of a plain hash cannot be searched through; the salt keeps equal hashes apart.</remarks>
internal readonly record struct ApiKeyToken(Guid Id, string Secret)
{
    private const string Prefix = "siw_";
    private const int IdLength = 32;
    private const int SecretBytes = 32;
    private const int SaltBytes = 16;
    private const int LengthMax = 200;

    public static ApiKeyToken Create() => new(Guid.NewGuid(), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    public static bool TryParse(ReadOnlySpan<char> text, out ApiKeyToken token)
    {
        token = default;

        if (text.Length is <= 37 or > LengthMax || !text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length + IdLength] != '_'
            || !Guid.TryParseExact(text.Slice(Prefix.Length, IdLength), "N", out var id))
        {
            return false;
        }

        token = new ApiKeyToken(id, text[(Prefix.Length + IdLength + 1)..].ToString());
        return true;
    }

    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(SaltBytes);

    public byte[] HashWith(byte[] salt) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(Secret)]);

    /// <summary>The key is the one that was given out. Takes as long for a wrong one.</summary>
    public bool Fits(ApiKey key) => CryptographicOperations.FixedTimeEquals(HashWith(key.Salt), key.Hash);

    public override string ToString() => $"{Prefix}{Id:N}_{Secret}";
}
