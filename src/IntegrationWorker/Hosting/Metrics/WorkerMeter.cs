using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IntegrationWorker.Hosting.Metrics;

/// <summary>What the worker measures of itself. Labels are names of the settings and words of the catalogue; never anything a message says.</summary>
internal static class WorkerMeter
{
    public const string Name = "IntegrationWorker";

    /// <summary>Before the name of each measure.</summary>
    public const string Prefix = "integration_worker.";

    /// <summary>The meter, for the folders that count. Each of them may ask for it.</summary>
    public static IServiceCollection AddMeter(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new Meter(Name));
        return services;
    }

    public static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
