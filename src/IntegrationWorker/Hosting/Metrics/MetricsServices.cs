using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace IntegrationWorker.Hosting.Metrics;

internal static class MetricsServices
{
    // Of the runtime: memory, garbage collection, threads, processor time.
    private const string RuntimeMeter = "System.Runtime";

    private const string ServiceName = "integration-worker";

    /// <summary>Keeps what is measured for whoever comes and asks. Nothing is sent anywhere.</summary>
    public static IServiceCollection AddMeasuring(this IServiceCollection services)
    {
        services.AddSingleton<StoreWatch>();
        services.AddSingleton<MetricsExporter>();
        services.AddSingleton<StoreGauges>();
        services.AddSingleton<WorkerGauges>();
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear().AddService(ServiceName, serviceVersion: Version, autoGenerateServiceInstanceId: false))
            .WithMetrics(metrics => metrics
                .AddMeter(WorkerMeter.Name, RuntimeMeter)
                .AddInstrumentation<StoreGauges>()
                .AddInstrumentation<WorkerGauges>()
                .AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false)); // The name of the meter, once more with each value.

        return services;
    }

    private static string? Version => typeof(MetricsServices).Assembly.GetName().Version?.ToString(3);
}
