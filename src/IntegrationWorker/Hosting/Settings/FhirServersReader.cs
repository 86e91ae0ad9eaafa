using System.Security.Cryptography;
using IntegrationWorker.Studies;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>Reads the FHIR servers.</summary>
internal sealed class FhirServersReader(IConfiguration configuration, List<SettingsFault> faults)
{
    private const int SecretCharactersMin = 16;

    /// <summary>The sources that have a server, with the ids of their subscriptions, before anything else of it is read.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> SubscriptionIds { get; } = configuration.GetSection(FhirServer.Section).GetChildren()
        .Where(child => child["Source"] is not null)
        .GroupBy(child => child["Source"]!, StringComparer.Ordinal)
        .ToDictionary(
            same => same.Key,
            IReadOnlyList<string> (same) => [.. same.SelectMany(child => child.GetSection("Subscriptions").GetChildren()).Select(child => child["Id"]).OfType<string>()],
            StringComparer.Ordinal);

    /// <param name="rules">To know the sources; null when they have faults of their own.</param>
    public IReadOnlyList<FhirServer> Read(Rulebook? rules)
    {
        var servers = new List<FhirServer>();

        foreach (var child in configuration.GetSection(FhirServer.Section).GetChildren())
        {
            var settings = new SettingsReader(child, faults);
            var server = Read(settings, rules);

            if (servers.Exists(earlier => earlier.SourceId == server.SourceId))
            {
                settings.Fault("Source", $"{server.SourceId} has a server already.", "Give every server a source of its own.");
            }

            servers.Add(server);
        }

        return servers;
    }

    private static FhirServer Read(SettingsReader settings, Rulebook? rules)
    {
        var sourceId = settings.RequiredText("Source", "Write the sourceId of a source of kind fhir.");
        var source = rules?.FindSource(sourceId);

        if (rules is not null && sourceId.Length > 0 && source is not { Kind: "fhir" })
        {
            settings.Fault("Source", $"{sourceId} is not a source of kind fhir.", "Write the sourceId of one in Sources.");
        }

        var criteria = ReadCriteria(settings) ?? FhirServer.UsualCriteria;
        var server = new FhirServer
        {
            SourceId = sourceId,
            BaseUrl = ReadBase(settings, source),
            Auth = ReadAuth(settings),
            Criteria = criteria,
            Subscriptions = [.. settings.Objects("Subscriptions").Select(ReadSubscription)],
            Grace = settings.Duration("Grace", TimeSpan.FromMinutes(1)),
            ReconcileEvery = settings.Duration("ReconcileEvery", TimeSpan.FromMinutes(15)),
            Timeout = TimeSpan.FromSeconds(settings.Number("TimeoutSeconds", 30, 1, 600)),
            PageSize = settings.Number("PageSize", 100, 1, 1000),
        };

        if (server.ReconcileEvery > TimeSpan.Zero && server.ReconcileEvery < TimeSpan.FromSeconds(1))
        {
            settings.Fault("ReconcileEvery", "is too short.", "Write a second or more: 00:15:00; 00:00:00 for never.");
        }

        settings.End();
        return server;
    }

    private static Uri ReadBase(SettingsReader settings, Source? source)
    {
        var text = settings.Text("BaseUrl") ?? source?.BaseUrl;

        if (text is not null && Web(text) is { } url)
        {
            return url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
        }

        settings.Fault(
            "BaseUrl",
            text is null ? "is missing, and the source has no base." : "is not a web address.",
            "Write https://… as the FHIR server is reached, without a query.");
        return new Uri("http://127.0.0.1/");
    }

    private static FhirAuth ReadAuth(SettingsReader settings)
    {
        if (!settings.Has("Auth"))
        {
            return FhirAuth.None;
        }

        var auth = settings.Object("Auth");
        var read = auth.RequiredOneOf("Kind", "none", "bearer", "client-credentials", "smart-backend") switch
        {
            "bearer" => new FhirAuth(FhirAuthKind.Bearer, Token: auth.RequiredText("Token", "Write the token, or set it by an environment variable.")),
            "client-credentials" => new FhirAuth(
                FhirAuthKind.ClientCredentials,
                TokenUrl: ReadTokenUrl(auth),
                ClientId: ReadClientId(auth),
                ClientSecret: auth.RequiredText("ClientSecret", "Write the client's secret, or set it by an environment variable."),
                Scope: auth.Text("Scope")),
            "smart-backend" => new FhirAuth(
                FhirAuthKind.SmartBackend,
                TokenUrl: ReadTokenUrl(auth),
                ClientId: ReadClientId(auth),
                KeyFile: ReadKeyFile(auth),
                KeyId: auth.Text("KeyId"),
                Scope: auth.Text("Scope") ?? "system/ImagingStudy.read"),
            _ => FhirAuth.None,
        };

        auth.End();
        return read;
    }

    private static string ReadClientId(SettingsReader auth) => auth.RequiredText("ClientId", "Write the id that the server gave the worker.");

    private static Uri? ReadTokenUrl(SettingsReader auth)
    {
        if (auth.Text("TokenUrl") is not { } text)
        {
            return null;
        }

        if (Web(text) is null)
        {
            auth.Fault("TokenUrl", "is not a web address.", "Write https://…, or leave it out: then the server is asked where it gives out tokens.");
        }

        return Web(text);
    }

    private static string ReadKeyFile(SettingsReader auth)
    {
        const string right = "Write the path of a PEM file with the private key: RSA (RS384) or on the curve P-384 (ES384), without a password.";
        var file = auth.RequiredText("KeyFile", right);

        if (file.Length == 0)
        {
            return file;
        }

        if (!File.Exists(file))
        {
            auth.Fault("KeyFile", $"there is no file {file}.", right);
            return file;
        }

        try
        {
            ClientAssertion.Check(File.ReadAllText(file));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            auth.Fault("KeyFile", "cannot be used.", right);
        }

        return file;
    }

    private static FhirSubscription ReadSubscription(SettingsReader settings)
    {
        var secret = settings.Text("Secret");

        if (secret is not null && (secret.Length < SecretCharactersMin || secret.Any(character => character is <= ' ' or > '~')))
        {
            settings.Fault("Secret", "is too short, or cannot stand in a header.", $"Write {SecretCharactersMin} or more letters and digits: openssl rand -hex 32.");
        }

        var heartbeat = settings.Has("Heartbeat") ? settings.Duration("Heartbeat", TimeSpan.Zero) : (TimeSpan?)null;
        var subscription = new FhirSubscription(settings.Text("Id"), secret, ReadCriteria(settings), heartbeat > TimeSpan.Zero ? heartbeat : null);
        settings.End();

        return subscription;
    }

    private static string? ReadCriteria(SettingsReader settings)
    {
        var criteria = settings.Text("Criteria");

        if (criteria is not null
            && ((criteria != FhirServer.UsualCriteria && !criteria.StartsWith($"{FhirServer.UsualCriteria}?", StringComparison.Ordinal))
                || criteria.Contains("_lastUpdated", StringComparison.Ordinal) || criteria.Contains("_count", StringComparison.Ordinal)))
        {
            settings.Fault("Criteria", "is not a search for imaging studies.", "Write ImagingStudy, or ImagingStudy?modality=CT and the like; the worker adds _lastUpdated and _count.");
        }

        return criteria;
    }

    private static Uri? Web(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 ? url : null;
}
