using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IntegrationWorker.AcceptanceTests.Mllp;

/// <summary>An authority of one test, and PEM files of what it signs.</summary>
internal sealed class Certificates : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly string _folder;
    private readonly X509Certificate2 _authority;

    public Certificates(string folder)
    {
        _folder = folder;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Invented authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(PathOf("ca"), _authority.ExportCertificatePem());
    }

    public string PathOf(string name) => Path.Combine(_folder, $"{name}.pem");

    public void Dispose() => _authority.Dispose();

    /// <summary>Writes certificate and key into one file each: <c>NAME.pem</c> and <c>NAME-key.pem</c>.</summary>
    /// <returns>The serial number.</returns>
    public string Write(string name, bool isServer)
    {
        using var certificate = Sign(name, isServer, out var key);

        using (key)
        {
            File.WriteAllText(PathOf($"{name}-key"), key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(PathOf(name), certificate.ExportCertificatePem());
        }

        return certificate.SerialNumber;
    }

    /// <summary>How a sender meets the worker.</summary>
    /// <param name="own">Name of the sender's own certificate; null: it has none.</param>
    /// <param name="seen">Told the serial number of the worker's certificate.</param>
    public SslClientAuthenticationOptions Sender(string? own = null, Action<string>? seen = null)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(_authority);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                var worker = new X509Certificate2(certificate!);
                seen?.Invoke(worker.SerialNumber);
                return chain.Build(worker);
            },
        };

        if (own is not null)
        {
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(PathOf(own), PathOf($"{own}-key"))];
        }

        return options;
    }

    private X509Certificate2 Sign(string name, bool isServer, out ECDsa key)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? ServerAuthentication : ClientAuthentication)], false));
        return request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(12));
    }
}
