using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace IntegrationWorker.Intake.Broker;

/// <summary>Opens connections to the broker of the settings, outside the bus.</summary>
internal sealed class BrokerConnector(IOptions<BrokerOptions> options)
{
    /// <param name="purpose">Shown in the broker's list of connections.</param>
    public async Task<IConnection> ConnectAsync(string purpose, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Value.Uri),
            ClientProvidedName = $"integration-worker {purpose}",
            // Whoever holds the connection opens another one: what was in flight has to be looked at then.
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(10),
            SocketFactory = family => new BrokerSocket(family),
        };
        BrokerTls.Apply(factory.Ssl, options.Value);

        return await factory.CreateConnectionAsync(cancellationToken);
    }

    /// <summary>Ends a connection that nobody needs any more, however it is. One that the broker does not read from does not hold us up.</summary>
    public static async Task ThrowAwayAsync(IConnection? connection, IChannel? channel)
    {
        try
        {
            if (connection is not null)
            {
                await connection.AbortAsync(TimeSpan.FromSeconds(2));
            }

            if (channel is not null)
            {
                await channel.DisposeAsync();
            }

            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
        catch (Exception)
        {
            // It is being thrown away: how it ends does not matter.
        }
    }
}

/// <summary>Certificates of the settings for <c>amqps://</c>.</summary>
internal static class BrokerTls
{
    public static X509Certificate2? Certificate(BrokerOptions options) =>
        options.TlsCertificateFile.Length == 0 ? null
        : X509Certificate2.CreateFromPemFile(options.TlsCertificateFile, options.TlsKeyFile.Length == 0 ? null : options.TlsKeyFile);

    public static void Apply(SslOption ssl, BrokerOptions options)
    {
        if (!ssl.Enabled)
        {
            return;
        }

        if (Certificate(options) is { } certificate)
        {
            ssl.Certs = [certificate];
        }

        if (options.TlsAuthorityFile.Length > 0)
        {
            ssl.CertificateValidationCallback = Validator(options.TlsAuthorityFile);
        }
    }

    /// <summary>Accepts what one of the authorities of the file has signed, for the host's own name.</summary>
    public static RemoteCertificateValidationCallback Validator(string authorityFile)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authorityFile);

        return (_, certificate, _, errors) =>
        {
            if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            {
                return false;
            }

            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

            return chain.Build(new X509Certificate2(certificate));
        };
    }
}
