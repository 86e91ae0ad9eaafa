using System.Net;
using System.Security.Cryptography;
using IntegrationWorker.Decoding.Hl7;
using IntegrationWorker.Mllp;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>Reads the MLLP listeners.</summary>
internal sealed class MllpReader(IConfiguration configuration, List<SettingsFault> faults)
{
    private const int FrameBytesMin = 1024;

    /// <param name="rules">To know the sources; null when they have faults of their own.</param>
    public IReadOnlyList<MllpOptions> Read(Rulebook? rules)
    {
        var listeners = new List<MllpOptions>();

        foreach (var child in configuration.GetSection(SettingsSections.Mllp).GetChildren())
        {
            var settings = new SettingsReader(child, faults);
            var listener = Read(settings, rules);

            if (listeners.Exists(earlier => earlier.Port == listener.Port && Overlap(earlier.Address, listener.Address)))
            {
                settings.Fault("Port", $"{listener.Port} is taken by an earlier listener.", "Give every listener a port of its own.");
            }

            listeners.Add(listener);
        }

        return listeners;
    }

    private static MllpOptions Read(SettingsReader settings, Rulebook? rules)
    {
        var tls = ReadTls(settings);
        var listener = new MllpOptions
        {
            Path = settings.Path,
            Address = ReadAddress(settings),
            Port = settings.Number("Port", tls is null ? MllpOptions.UsualPort : MllpOptions.UsualTlsPort, 1, 65535),
            Source = ReadSource(settings, rules),
            Tls = tls,
            MaxConnections = settings.Number("MaxConnections", 1024, 1, 100_000),
            MaxMessageBytes = settings.Number("MaxMessageBytes", Hl7Envelope.BodyBytesMax, FrameBytesMin, Hl7Envelope.BodyBytesMax),
            Idle = TimeSpan.FromSeconds(settings.Number("IdleSeconds", 3600, 1, 2_000_000)),
            Frame = TimeSpan.FromSeconds(settings.Number("FrameSeconds", 60, 1, 3600)),
            InFlight = settings.Number("InFlight", 16, 1, 1024),
            RejectsWhenStoreFails = settings.OneOf("WhenStoreFails", "wait", "reject") == "reject",
        };

        settings.End();
        return listener;
    }

    private static bool Overlap(IPAddress one, IPAddress other) =>
        one.Equals(other) || one.Equals(IPAddress.Any) || other.Equals(IPAddress.Any) || one.Equals(IPAddress.IPv6Any) || other.Equals(IPAddress.IPv6Any);

    private static IPAddress ReadAddress(SettingsReader settings)
    {
        var text = settings.Text("Address") ?? "127.0.0.1";

        if (IPAddress.TryParse(text == "localhost" ? "127.0.0.1" : text, out var address))
        {
            return address;
        }

        settings.Fault("Address", $"{text} is not an IP address.", "Write 127.0.0.1, an address of this machine, or 0.0.0.0 for all networks.");
        return IPAddress.Loopback;
    }

    private static string? ReadSource(SettingsReader settings, Rulebook? rules)
    {
        var id = settings.Text("Source");

        if (id is not null && rules is not null && rules.FindSource(id) is not { Kind: "hl7v2" })
        {
            settings.Fault("Source", $"{id} is not a source of kind hl7v2.", "Write the sourceId of one in Sources, or leave it out: then MSH-3 and MSH-4 say who sends.");
        }

        return id;
    }

    private static MllpTlsOptions? ReadTls(SettingsReader settings)
    {
        if (!settings.Has("Tls"))
        {
            return null;
        }

        var section = settings.Object("Tls");
        var files = new MllpTlsOptions(
            section.RequiredText("Certificate", "Write the path of a PEM file with the worker's certificate."), section.Text("Key"), section.Text("ClientCa"));
        section.End();

        if (files.CertificateFile.Length > 0)
        {
            CheckFiles(section, files);
        }

        return files;
    }

    private static void CheckFiles(SettingsReader section, MllpTlsOptions files)
    {
        (string Name, string? File)[] named = [("Certificate", files.CertificateFile), ("Key", files.KeyFile), ("ClientCa", files.ClientAuthorityFile)];
        var missing = named.Where(pair => pair.File is not null && !File.Exists(pair.File)).ToList();

        foreach (var (name, file) in missing)
        {
            section.Fault(name, $"there is no file {file}.", "Write the path of a PEM file.");
        }

        if (missing.Count > 0)
        {
            return;
        }

        try
        {
            MllpTls.Check(files);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            section.Fault("Certificate", "or its key cannot be used.", "Write PEM files: a certificate, the key that belongs to it without a password, and authorities.");
        }
    }
}
