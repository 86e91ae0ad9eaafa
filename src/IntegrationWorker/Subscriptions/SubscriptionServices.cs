using IntegrationWorker.Subscriptions.Server;
using IntegrationWorker.Subscriptions.Work;

namespace IntegrationWorker.Subscriptions;

internal static class SubscriptionServices
{
    public static IServiceCollection AddSubscriptions(this IServiceCollection services, FhirServers servers)
    {
        services.AddFhirClients(servers);
        services.AddSubscriptionDesk();
        services.AddSingleton<HookSecrets>();
        services.AddSingleton<FetchedMessages>();
        services.AddSingleton<FhirSearch>();
        services.AddSingleton<FetchRunner>();
        services.AddSingleton<GapWatch>();
        services.AddSingleton<SilenceWatch>();

        if (servers.All.Count > 0)
        {
            services.AddHostedService<FhirWork>();
        }

        return services;
    }

    /// <summary>What is known of subscriptions, for those who look at the store only.</summary>
    public static IServiceCollection AddSubscriptionDesk(this IServiceCollection services) => services.AddSingleton<SubscriptionDesk>();
}
