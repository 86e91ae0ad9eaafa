using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>What has its time rather than its message.</summary>
internal static class JobServices
{
    private static readonly TimeSpan _retentionEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan _expiryEvery = TimeSpan.FromMinutes(10);

    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddQuartz(quartz =>
        {
            Add<RetentionJob>(quartz, _retentionEvery);
            Add<ParkedExpiryJob>(quartz, _expiryEvery);
        });
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);

        return services;
    }

    private static void Add<T>(IQuartzBuilder quartz, TimeSpan every)
        where T : IJob
    {
        var key = new JobKey(typeof(T).Name);
        quartz.AddJob<T>(job => job.WithIdentity(key));
        quartz.AddTrigger(trigger => trigger
            .ForJob(key)
            .WithIdentity(key.Name)
            .StartAt(DateTimeOffset.UtcNow.AddMinutes(1))
            .WithSimpleSchedule(schedule => schedule.WithInterval(every).RepeatForever()));
    }
}
