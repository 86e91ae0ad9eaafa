using IntegrationWorker.Mllp;
using IntegrationWorker.Studies;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>The settings of a run, checked.</summary>
internal sealed class WorkerSettings
{
    private WorkerSettings(IConfigurationRoot configuration, Rulebook rules, IReadOnlyList<MllpOptions> mllp, FhirServers fhirServers) =>
        (Configuration, Rules, Mllp, FhirServers) = (configuration, rules, mllp, fhirServers);

    /// <summary>Files, then environment variables.</summary>
    public IConfigurationRoot Configuration { get; }

    public Rulebook Rules { get; }

    /// <summary>The listeners of <c>Mllp</c>.</summary>
    public IReadOnlyList<MllpOptions> Mllp { get; }

    /// <summary>The servers of <c>FhirServers</c>.</summary>
    public FhirServers FhirServers { get; }

    /// <summary>The settings of the program itself, beside it.</summary>
    public static string DefaultFile { get; } = Path.Combine(AppContext.BaseDirectory, "appsettings.json");

    /// <param name="files">Files of <c>--config</c>, in order; later ones win.</param>
    /// <exception cref="SettingsException">With everything that is wrong.</exception>
    public static WorkerSettings Load(IReadOnlyList<string> files)
    {
        var faults = new List<SettingsFault>();
        var configuration = Read(files, faults);
        var options = new OptionsReader(configuration, faults);

        foreach (var (name, type) in OptionsSections.All)
        {
            options.Check(name, type);
        }

        var servers = new FhirServersReader(configuration, faults);
        var rules = new RulebookReader(configuration, faults).Read(servers.SubscriptionIds);
        var mllp = new MllpReader(configuration, faults).Read(rules);
        var fhirServers = new FhirServers(servers.Read(rules));

        return faults.Count == 0 ? new WorkerSettings(configuration, rules!, mllp, fhirServers) : throw new SettingsException(faults);
    }

    private static IConfigurationRoot Read(IReadOnlyList<string> files, List<SettingsFault> faults)
    {
        var values = new SettingsFiles(faults);

        foreach (var file in files.Prepend(DefaultFile))
        {
            values.Add(file);
        }

        return new ConfigurationBuilder().AddInMemoryCollection(values.Values).AddEnvironmentVariables().Build();
    }
}
