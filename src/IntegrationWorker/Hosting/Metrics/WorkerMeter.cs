using System.Diagnostics.Metrics;

namespace IntegrationWorker.Hosting.Metrics;

/// <summary>What the worker measures of itself. Labels are names of the settings and words of the catalogue; never anything a message says.</summary>
internal static class WorkerMeter
{
    public const string Name = "IntegrationWorker";

    /// <summary>Before the name of each measure.</summary>
    public const string Prefix = "integration_worker.";

    /// <summary>The meter, for the folders that count.</summary>
    public static IServiceCollection AddMeter(this IServiceCollection services) => services.AddSingleton(_ => new Meter(Name));

    public static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
