using IntegrationWorker.Intake.Broker;

namespace IntegrationWorker.Mllp;

internal static class MllpServices
{
    public static IServiceCollection AddMllp(this IServiceCollection services, IReadOnlyList<MllpOptions> listeners, IConfiguration configuration)
    {
        services.AddSingleton<MllpMetrics>();

        if (BrokerOptions.Of(configuration).IsRabbitMq)
        {
            services.AddSingleton<MllpDoor, QueueMllpDoor>();
        }
        else
        {
            services.AddSingleton<MllpDoor>();
        }

        foreach (var listener in listeners)
        {
            services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<MllpListener>(provider, listener));
        }

        return services;
    }
}
