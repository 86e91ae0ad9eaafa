using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IntegrationWorker.Mllp;

/// <summary>The certificates of a listener. Files that have changed are read at the next connection, so renewing needs no restart.</summary>
internal sealed class MllpTls(MllpTlsOptions options, string address, ILogger logger)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly Lock _lock = new();
    private Files? _files;
    private string _stamp = "";

    /// <summary>What a connection that begins now is to be secured with.</summary>
    public SslServerAuthenticationOptions Options()
    {
        var files = Current();
        var server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = files.Server,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = files.ClientAuthorities is not null,
        };

        if (files.ClientAuthorities is { } authorities)
        {
            server.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                ApplicationPolicy = { new Oid(ClientAuthentication) },
            };
            server.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            server.RemoteCertificateValidationCallback = Validate;
        }

        return server;
    }

    /// <summary>Reads the files, or throws what is wrong with them.</summary>
    /// <exception cref="CryptographicException">A file is not what it should be, or key and certificate do not fit.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static void Check(MllpTlsOptions options) => Files.Read(options);

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // The name in it is whoever the authority says: an address is not asked for.
        errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;

        if (errors != SslPolicyErrors.None)
        {
            MllpLog.SenderRefused(logger, address, errors.ToString());
        }

        return errors == SslPolicyErrors.None;
    }

    private Files Current()
    {
        lock (_lock)
        {
            var stamp = Stamp();

            if (_files is null)
            {
                _files = Files.Read(options);
                _stamp = stamp;
            }
            else if (stamp != _stamp)
            {
                Renew(stamp);
            }

            return _files;
        }
    }

    // Certificate and key are two files and change one after the other: what does not fit is tried again at the next connection.
    private void Renew(string stamp)
    {
        try
        {
            _files = Files.Read(options);
            MllpLog.CertificatesRead(logger, address);
            _stamp = stamp;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            MllpLog.CertificatesUnreadable(logger, address, e.GetType().Name);
        }
    }

    private string Stamp() => string.Join('|', new[] { options.CertificateFile, options.KeyFile, options.ClientAuthorityFile }
        .Where(file => file is not null)
        .Select(file => new FileInfo(file!))
        .Select(file => file.Exists ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "none"));

    private sealed record Files(SslStreamCertificateContext Server, X509Certificate2Collection? ClientAuthorities)
    {
        public static Files Read(MllpTlsOptions options)
        {
            using var certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.CertificateFile);
            X509Certificate2Collection? authorities = null;

            if (options.ClientAuthorityFile is { } file)
            {
                authorities = [];
                authorities.ImportFromPemFile(file);

                if (authorities.Count == 0)
                {
                    throw new CryptographicException("There is no certificate in it.");
                }
            }

            return new Files(SslStreamCertificateContext.Create(new X509Certificate2(certificate), chain, offline: true), authorities);
        }
    }
}
