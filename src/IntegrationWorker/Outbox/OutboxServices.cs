using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake.Broker;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Outbox;

internal static class OutboxServices
{
    public static IServiceCollection AddOutbox(this IServiceCollection services, IConfiguration configuration)
    {
        if (!BrokerOptions.Of(configuration).IsRabbitMq)
        {
            return services.AddUnpublishedOutbox();
        }

        services.AddEventsOptions();
        services.AddSingleton<EventChannel>();
        services.AddSingleton<OutboxMetrics>();
        services.AddSingleton<OutboxPublisher>();
        services.AddSingleton<IEventPublisher>(provider => provider.GetRequiredService<OutboxPublisher>());
        services.AddSingleton<ISurrounding>(provider => provider.GetRequiredService<OutboxPublisher>());
        services.AddHostedService(provider => provider.GetRequiredService<OutboxPublisher>());

        return services;
    }

    /// <summary>Events are only written: a running worker's sweep publishes them, or nobody does where there is no broker.</summary>
    public static IServiceCollection AddUnpublishedOutbox(this IServiceCollection services) =>
        services.AddEventsOptions().AddSingleton<IEventPublisher, NoPublisher>();

    private static IServiceCollection AddEventsOptions(this IServiceCollection services)
    {
        services.AddOptions<EventsOptions>().BindConfiguration(EventsOptions.Section);
        services.AddSingleton(provider => SettingsOf(provider.GetRequiredService<IOptions<EventsOptions>>().Value));

        return services;
    }

    private static EventSettings SettingsOf(EventsOptions options) =>
        new(options.Source, options.SensitiveKeys.ToHashSet(StringComparer.Ordinal));
}
