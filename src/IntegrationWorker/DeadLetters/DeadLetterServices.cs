namespace IntegrationWorker.DeadLetters;

internal static class DeadLetterServices
{
    public static IServiceCollection AddDeadLetters(this IServiceCollection services) =>
        services.AddSingleton<CaseReplayer>().AddSingleton<DeadLetterDesk>().AddSingleton<CauseGroups>();
}
