using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake.Broker;

internal static class BrokerServices
{
    public static IServiceCollection AddBroker(this IServiceCollection services, Rulebook rules)
    {
        services.AddSingleton<BrokerConnector>();
        services.AddSingleton<HttpDoor, DecidingDoor>();

        return services;
    }
}
