using IntegrationWorker.DeadLetters.Editing;
using IntegrationWorker.DeadLetters.Exchange;
using IntegrationWorker.DeadLetters.Replays;

namespace IntegrationWorker.DeadLetters;

internal static class DeadLetterServices
{
    public static IServiceCollection AddDeadLetters(this IServiceCollection services) => services
        .AddSingleton<CaseReplayer>()
        .AddSingleton<DeadLetterDesk>()
        .AddSingleton<CaseSuperseder>()
        .AddSingleton<CauseGroups>()
        .AddSingleton<EditDesk>()
        .AddSingleton<ExchangeDesk>()
        .AddSingleton<ReplayDesk>()
        .AddSingleton<ReplayDriver>();

    /// <summary>Drives replay jobs in the background.</summary>
    public static IServiceCollection AddReplayRunner(this IServiceCollection services) => services.AddHostedService<ReplayRunner>();
}
