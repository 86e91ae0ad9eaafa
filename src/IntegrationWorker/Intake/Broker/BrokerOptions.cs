using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Intake.Broker;

/// <summary>Where messages come from and events go to.</summary>
internal sealed class BrokerOptions : IValidatableObject
{
    public const string Section = "Broker";
    public const string RabbitMq = "rabbitmq";
    public const string Embedded = "embedded";

    /// <summary><c>embedded</c> (messages come over HTTP only, events are read there) or <c>rabbitmq</c>. Default <c>embedded</c>.</summary>
    [AllowedValues(Embedded, RabbitMq, ErrorMessage = "Write embedded or rabbitmq.")]
    public string Transport { get; init; } = Embedded;

    /// <summary>The broker with user, password and virtual host: <c>amqp://user:password@host:5672/vhost</c>, or <c>amqps://</c> for TLS.</summary>
    public string Uri { get; init; } = "";

    /// <summary>PEM file with the authorities that may sign the broker's certificate; empty: those of the machine. For <c>amqps://</c>.</summary>
    public string TlsAuthorityFile { get; init; } = "";

    /// <summary>PEM file with the worker's own certificate, where the broker asks for one; empty: none.</summary>
    public string TlsCertificateFile { get; init; } = "";

    /// <summary>PEM file with the key of <see cref="TlsCertificateFile"/>; empty: it is in the same file.</summary>
    public string TlsKeyFile { get; init; } = "";

    /// <summary>How many unacknowledged deliveries one queue may have here. 0, the default: three batches (one that is written, one that is opened, one that is read).</summary>
    [Range(0, 65_535, ErrorMessage = "Write a number from 0 to 65535.")]
    public int Prefetch { get; init; }

    public bool IsRabbitMq => Transport == RabbitMq;

    /// <summary>The settings, for those who put the worker together and cannot ask its services yet.</summary>
    public static BrokerOptions Of(IConfiguration configuration) => configuration.GetSection(Section).Get<BrokerOptions>() ?? new BrokerOptions();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var isAddress = System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps";

        if (IsRabbitMq && !isAddress)
        {
            yield return new ValidationResult("The transport rabbitmq needs an address: amqp://user:password@host:5672/vhost.", [nameof(Uri)]);
        }

        (string Name, string File)[] files =
            [(nameof(TlsAuthorityFile), TlsAuthorityFile), (nameof(TlsCertificateFile), TlsCertificateFile), (nameof(TlsKeyFile), TlsKeyFile)];

        foreach (var (name, file) in files.Where(named => named.File.Length > 0))
        {
            if (!File.Exists(file))
            {
                yield return new ValidationResult("There is no such file.", [name]);
            }
            else if (isAddress && uri!.Scheme == "amqp")
            {
                yield return new ValidationResult("Certificates are for amqps:// addresses only.", [name]);
            }
        }
    }
}
