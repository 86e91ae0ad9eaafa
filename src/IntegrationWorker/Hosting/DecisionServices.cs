using IntegrationWorker.Studies;

namespace IntegrationWorker.Hosting;

/// <summary>Decoding, mapping, matching and applying: pure code, with the rules of the settings.</summary>
internal static class DecisionServices
{
    public static IServiceCollection AddDecisions(this IServiceCollection services, Rulebook rules)
    {
        services.AddSingleton(rules);

        return services;
    }
}
