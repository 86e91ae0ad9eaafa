using System.Collections.Concurrent;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Hosting.Jobs;
using IntegrationWorker.Store;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace IntegrationWorker.AcceptanceTests.Store;

/// <summary>The schedule of the jobs, shared on PostgreSQL.</summary>
public sealed class SharedJobTests(SharedSurroundings surroundings)
{
    private const int RunsWanted = 15;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenTwoWorkersOnOneDatabase_WhenAJobIsDue_ThenOneOfThemRunsIt()
    {
        await using var store = await PostgreSqlStore.CreateAsync(surroundings, _token);
        var runs = new ConcurrentQueue<DateTimeOffset>();
        var first = TimeProvider.System.GetUtcNow().AddSeconds(2);
        await using var one = Worker(store.ConnectionString, runs, first);
        await using var two = Worker(store.ConnectionString, runs, first);
        IScheduler[] schedulers =
        [
            await one.GetRequiredService<ISchedulerFactory>().GetScheduler(_token),
            await two.GetRequiredService<ISchedulerFactory>().GetScheduler(_token),
        ];
        Assert.NotEqual(schedulers[0].SchedulerInstanceId, schedulers[1].SchedulerInstanceId);

        foreach (var scheduler in schedulers)
        {
            await scheduler.Start(_token);
        }

        await Patience.UntilAsync(() => Task.FromResult(runs.Count >= RunsWanted), () => $"the job runs, it ran {runs.Count} times", _token);

        foreach (var scheduler in schedulers)
        {
            await scheduler.Shutdown(waitForJobsToComplete: true, _token);
        }

        Assert.Equal(runs.Distinct().Count(), runs.Count);
    }

    private static ServiceProvider Worker(string connectionString, ConcurrentQueue<DateTimeOffset> runs, DateTimeOffset first)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(runs);
        services.AddQuartz(quartz =>
        {
            quartz.ShareAmongWorkers(new StoreOptions { Provider = StoreOptions.PostgreSql, ConnectionString = connectionString });
            quartz.AddJob<CountingJob>(job => job.WithIdentity("counts"));
            quartz.AddTrigger(trigger => trigger
                .ForJob("counts").WithIdentity("counts").StartAt(first)
                .WithSimpleSchedule(schedule => schedule.WithInterval(TimeSpan.FromMilliseconds(200)).RepeatForever()));
        });

        return services.BuildServiceProvider();
    }
}

/// <summary>Notes for when it was due.</summary>
internal sealed class CountingJob(ConcurrentQueue<DateTimeOffset> runs) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        runs.Enqueue(context.ScheduledFireTimeUtc!.Value);
        return ValueTask.CompletedTask;
    }
}
