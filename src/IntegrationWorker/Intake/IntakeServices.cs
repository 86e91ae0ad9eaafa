using IntegrationWorker.Intake.Broker;

namespace IntegrationWorker.Intake;

internal static class IntakeServices
{
    public static IServiceCollection AddIntake(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<IntakeOptions>().BindConfiguration(IntakeOptions.Section);
        services.AddOptions<BrokerOptions>().BindConfiguration(BrokerOptions.Section);
        services.AddSingleton<IntakeState>();
        services.AddSingleton<IntakeMetrics>();
        services.AddSingleton<FailingMessages>();
        services.AddSingleton<Batcher>();
        services.AddHostedService(provider => provider.GetRequiredService<Batcher>());
        services.AddSingleton<HttpMessages>();
        services.AddSingleton<DecidingDoor>();

        if (BrokerOptions.Of(configuration).IsRabbitMq)
        {
            services.AddBroker();
        }
        else
        {
            services.AddSingleton<HttpDoor>(provider => provider.GetRequiredService<DecidingDoor>());
        }

        return services;
    }
}
