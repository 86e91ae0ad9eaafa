using IntegrationWorker.Store;
using IntegrationWorker.Store.PostgreSql;
using IntegrationWorker.Target;
using Npgsql;
using Quartz;

namespace IntegrationWorker.Hosting.Jobs;

/// <summary>What has its time rather than its message.</summary>
internal static class JobServices
{
    private static readonly TimeSpan _retentionEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan _supersedeEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _expiryEvery = TimeSpan.FromMinutes(10);

    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddQuartz(quartz =>
        {
            quartz.ShareAmongWorkers(configuration.GetSection(StoreOptions.Section).Get<StoreOptions>() ?? new StoreOptions());
            Add<RetentionJob>(quartz, _retentionEvery);
            Add<ParkedExpiryJob>(quartz, _expiryEvery);

            if (TargetOptions.Of(configuration) is { IsRemote: true } target)
            {
                Add<DriftJob>(quartz, TimeSpan.FromHours(target.DriftHours));
            }
            Add<SupersedeJob>(quartz, _supersedeEvery);
        });
        services.AddHostedService<JobScheduling>();

        return services;
    }

    /// <summary>On PostgreSQL a job runs on one of the workers; on SQLite there is one worker, and its memory is enough.</summary>
    internal static void ShareAmongWorkers(this IQuartzBuilder quartz, StoreOptions store)
    {
        quartz.AddSchedulerListener<JobTroubles>();

        // A job that is at it when the worker stops ends with the step in hand.
        quartz.ConfigureScheduler(scheduler => scheduler.ShutdownJobInterruption = ShutdownJobInterruption.WhenWaitingForJobs);

        if (store.Provider != StoreOptions.PostgreSql)
        {
            return;
        }

        var connection = new NpgsqlConnectionStringBuilder(store.ConnectionString) { ApplicationName = "integration-worker jobs" };
        quartz.ConfigureScheduler(scheduler => scheduler.InstanceName = "integration-worker");
        quartz.UsePersistentStore(persistent =>
        {
            persistent.UsePostgres(NpgsqlFactory.Instance, connection.ConnectionString);
            persistent.ConfigureStore(options => options.TablePrefix = QuartzTables.Prefix);
            persistent.UseSystemTextJsonSerializer();
            persistent.UseClustering(_ => { });
        });
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
