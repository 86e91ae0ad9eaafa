using IntegrationWorker.DeadLetters.Editing;
using IntegrationWorker.DeadLetters.Exchange;
using IntegrationWorker.DeadLetters.Filters;
using IntegrationWorker.DeadLetters.Holds;
using IntegrationWorker.DeadLetters.Replays;

namespace IntegrationWorker.DeadLetters;

internal static class DeadLetterServices
{
    public static IServiceCollection AddDeadLetters(this IServiceCollection services)
    {
        services.AddOptions<DeadLetterOptions>().BindConfiguration(DeadLetterOptions.Section);

        return services
            .AddSingleton<CaseReplayer>()
            .AddSingleton<DeadLetterDesk>()
            .AddSingleton<CaseSuperseder>()
            .AddSingleton<CauseGroups>()
            .AddSingleton<EditDesk>()
            .AddSingleton<ExchangeDesk>()
            .AddSingleton<FilterDesk>()
            .AddSingleton<ReplayDesk>()
            .AddSingleton<ReplayDriver>()
            .AddSingleton<HoldWatch>();
    }

    /// <summary>Drives replay jobs, and lets go what waited behind dead letters, in the background.</summary>
    public static IServiceCollection AddDeadLetterRunners(this IServiceCollection services) =>
        services.AddHostedService<ReplayRunner>().AddHostedService<HoldReleaser>();
}
