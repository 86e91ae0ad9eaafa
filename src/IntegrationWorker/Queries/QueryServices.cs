namespace IntegrationWorker.Queries;

internal static class QueryServices
{
    public static IServiceCollection AddQueries(this IServiceCollection services) =>
        services.AddSingleton<MessageFinder>().AddSingleton<EventFeed>().AddSingleton<StudyExplainer>().AddSingleton<MessagePreviewer>().AddSingleton<TimelineTeller>();
}
