using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Hosting;

/// <summary>Decoding, mapping, matching and applying: pure code, with the rules of the settings, and the pipeline around it.</summary>
internal static class DecisionServices
{
    public static IServiceCollection AddDecisions(this IServiceCollection services, Rulebook rules)
    {
        services.AddSingleton(rules);
        services.AddSingleton<ParkedExpiry>();
        services.AddSingleton(provider => new MessagePipeline(
            rules,
            provider.GetRequiredService<PatientHasher>().Hash,
            provider.GetRequiredService<IStudyStore>(),
            provider.GetRequiredService<EventSettings>(),
            provider.GetRequiredService<IEventPublisher>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ITargetSignal>()));
        services.AddSingleton<IMessagePipeline>(provider => provider.GetRequiredService<MessagePipeline>());

        return services;
    }
}
