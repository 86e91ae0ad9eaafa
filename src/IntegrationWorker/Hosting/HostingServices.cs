using System.Text.Encodings.Web;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Hosting.Metrics;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Hosting.Reference;

namespace IntegrationWorker.Hosting;

internal static class HostingServices
{
    public static IServiceCollection AddHosting(this IServiceCollection services)
    {
        services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section);
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section);
        services.AddSingleton<StoreGate>();
        services.AddSingleton<StartFailure>();
        services.AddSingleton<Readiness>();
        services.AddHostedService<StoreOpening>();
        services.AddMeter();
        services.AddProblems();
        services.AddApiDescription();
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.Converters.Add(new UtcTimeConverter());
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });

        return services;
    }
}
