using IntegrationWorker.Store;
using IntegrationWorker.Store.PostgreSql;
using IntegrationWorker.Subscriptions.Server;
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

    private static readonly TimeSpan _firstAfter = TimeSpan.FromMinutes(1);

    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration, FhirServers fhirServers)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        services.AddSingleton(new JobNames(names));
        services.AddQuartz(quartz =>
        {
            quartz.ShareAmongWorkers(configuration.GetSection(StoreOptions.Section).Get<StoreOptions>() ?? new StoreOptions());
            Add<RetentionJob>(quartz, names, _retentionEvery);
            Add<ParkedExpiryJob>(quartz, names, _expiryEvery);

            if (TargetOptions.Of(configuration) is { IsRemote: true } target)
            {
                Add<DriftJob>(quartz, names, TimeSpan.FromHours(target.DriftHours));
            }

            Add<SupersedeJob>(quartz, names, _supersedeEvery);

            foreach (var server in fhirServers.All.Where(server => server.ReconcileEvery > TimeSpan.Zero))
            {
                Add<FhirReconcileJob>(quartz, names, server.ReconcileEvery, $"/{server.SourceId}", job => job.UsingJobData(FhirReconcileJob.Source, server.SourceId));
            }
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

    /// <param name="suffix">Tells several jobs of one kind apart.</param>
    private static void Add<T>(IQuartzBuilder quartz, HashSet<string> names, TimeSpan every, string suffix = "", Action<IJobConfigurator<T>>? configure = null)
        where T : IJob
    {
        var key = new JobKey($"{typeof(T).Name}{suffix}");
        names.Add(key.Name);
        quartz.AddJob<T>(job =>
        {
            job.WithIdentity(key);
            configure?.Invoke(job);
        });
        quartz.AddTrigger(trigger => trigger
            .ForJob(key)
            .WithIdentity(key.Name)
            .StartAt(DateTimeOffset.UtcNow + (every < _firstAfter ? every : _firstAfter))
            .WithSimpleSchedule(schedule => schedule.WithInterval(every).RepeatForever()));
    }
}
