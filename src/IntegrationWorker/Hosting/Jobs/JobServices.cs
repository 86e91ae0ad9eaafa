namespace IntegrationWorker.Hosting.Jobs;

internal static class JobServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services) => services;
}
