using System.Net;

namespace IntegrationWorker.Mllp;

/// <summary>One listener of <c>Mllp</c>.</summary>
internal sealed record MllpOptions
{
    public const string Section = "Mllp";
    public const int UsualPort = 2575;
    public const int UsualTlsPort = 2576;

    /// <summary>Place in the settings, for texts to people: <c>Mllp:0</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Default 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Default 2575, with TLS 2576.</summary>
    public int Port { get; init; } = UsualPort;

    /// <summary>The source of everything that comes in here; null when MSH-3 and MSH-4 say it.</summary>
    public string? Source { get; init; }

    /// <summary>Null: no TLS.</summary>
    public MllpTlsOptions? Tls { get; init; }

    /// <summary>Connections at a time; a further one is closed at once.</summary>
    public int MaxConnections { get; init; } = 1024;

    public int MaxMessageBytes { get; init; } = Decoding.Hl7.Hl7Envelope.BodyBytesMax;

    /// <summary>How long a connection may be silent between messages.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a frame may take from its first byte to its last, and an answer until it is taken.</summary>
    public TimeSpan Frame { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Messages of one connection that may wait for their answers.</summary>
    public int InFlight { get; init; } = 16;

    /// <summary>Answer AR when nothing can be stored, instead of letting the sender wait.</summary>
    public bool RejectsWhenStoreFails { get; init; }

    public string Name => $"{(Tls is null ? "mllp" : "mllps")}://{new IPEndPoint(Address, Port)}";
}

/// <summary>PEM files of a listener with TLS. They are read again when they change.</summary>
/// <param name="CertificateFile">The worker's certificate, with those between it and the authority behind it.</param>
/// <param name="KeyFile">Its key; null: in the same file.</param>
/// <param name="ClientAuthorityFile">Authorities that may sign senders' certificates; null: senders need none.</param>
internal sealed record MllpTlsOptions(string CertificateFile, string? KeyFile, string? ClientAuthorityFile);
