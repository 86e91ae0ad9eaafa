using IntegrationWorker.DeadLetters.Replays;

namespace IntegrationWorker.DeadLetters;

internal static class DeadLetterServices
{
    public static IServiceCollection AddDeadLetters(this IServiceCollection services) => services
        .AddSingleton<CaseReplayer>()
        .AddSingleton<DeadLetterDesk>()
        .AddSingleton<CauseGroups>()
        .AddSingleton<ReplayDesk>()
        .AddSingleton<ReplayDriver>();

    /// <summary>Drives replay jobs in the background.</summary>
    public static IServiceCollection AddReplayRunner(this IServiceCollection services) => services.AddHostedService<ReplayRunner>();
}
