using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace IntegrationWorker.Subscriptions.Server;

/// <summary>The signed statement by which the worker asks for a token (SMART backend services).</summary>
internal static class ClientAssertion
{
    // SMART allows five minutes.
    private static readonly TimeSpan _lasts = TimeSpan.FromMinutes(4);

    /// <param name="endpoint">Where it is shown: nobody else can use it.</param>
    /// <exception cref="CryptographicException">The key cannot be used.</exception>
    public static string Write(FhirAuth auth, Uri endpoint, DateTimeOffset now)
    {
        var (key, algorithm, owner) = ReadKey(File.ReadAllText(auth.KeyFile!));

        using (owner)
        {
            key.KeyId = auth.KeyId;

            // Signed once with this key: it is not kept beyond it.
            key.CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false };

            return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
            {
                Issuer = auth.ClientId,
                Audience = endpoint.AbsoluteUri,
                Expires = (now + _lasts).UtcDateTime,
                Claims = new Dictionary<string, object>
                {
                    [JwtRegisteredClaimNames.Sub] = auth.ClientId!,
                    [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString(),
                },
                SigningCredentials = new SigningCredentials(key, algorithm),
            });
        }
    }

    /// <summary>Reads the key as it will be used.</summary>
    /// <exception cref="CryptographicException">It is neither an RSA key nor one on P-384.</exception>
    public static void Check(string pem) => ReadKey(pem).Owner.Dispose();

    private static (SecurityKey Key, string Algorithm, IDisposable Owner) ReadKey(string pem)
    {
        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return (new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha384, rsa);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Then it is the other one that SMART allows.
        }

        var curve = ECDsa.Create();

        try
        {
            curve.ImportFromPem(pem);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("There is no private key.", e);
        }

        return curve.KeySize == 384
            ? (new ECDsaSecurityKey(curve), SecurityAlgorithms.EcdsaSha384, curve)
            : throw new CryptographicException("The key is not on the curve P-384.");
    }
}
