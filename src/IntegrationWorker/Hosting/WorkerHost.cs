using IntegrationWorker.Access;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Hosting.Jobs;
using IntegrationWorker.Hosting.Metrics;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Hosting.Reference;
using IntegrationWorker.Hosting.Settings;
using IntegrationWorker.Intake;
using IntegrationWorker.Mllp;
using IntegrationWorker.Outbox;
using IntegrationWorker.Queries;
using IntegrationWorker.Store;
using IntegrationWorker.StudyApi;
using IntegrationWorker.Subscriptions;
using IntegrationWorker.Target;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Hosting;

/// <summary>Puts the worker together from its settings.</summary>
internal static class WorkerHost
{
    // Far above the 5 MiB of a message: one that is too large is refused with its code and kept as a dead letter.
    private const long BodyBytesMax = 64 * 1024 * 1024;

    public static WebApplication Build(WorkerSettings settings)
    {
        var builder = CreateBuilder(settings);

        // In the order a message travels; stopped the other way round.
        builder.Services
            .AddHosting()
            .AddStore()
            .AddAccess(settings.Configuration)
            .AddDecisions(settings.Rules)
            .AddOutbox(settings.Configuration)
            .AddTarget(settings.Configuration)
            .AddIntake(settings.Configuration)
            .AddMllp(settings.Mllp, settings.Configuration)
            .AddSubscriptions(settings.FhirServers)
            .AddQueries()
            .AddStudyApi()
            .AddStudyWriting()
            .AddDeadLetters()
            .AddDeadLetterRunners()
            .AddJobs(settings.Configuration, settings.FhirServers)
            .AddMeasuring();

        var app = builder.Build();
        app.UseRequestIds();
        app.UseRetryAfter();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.RefuseZeros();
        app.UseAccess();
        app.UseRequestLimits(settings.Configuration);
        app.MapHealth();
        app.MapMetrics();
        app.MapIntake();
        app.MapHooks();
        app.MapSubscriptions();
        app.MapQueries();
        app.MapStudyApi();
        app.MapDeadLetters();
        app.MapApiKeys();
        app.MapReference();

        return app;
    }

    /// <summary>The parts that work on the store without doors: for the verbs that look at it or replay from it.</summary>
    public static IHost BuildTools(WorkerSettings settings)
    {
        var builder = CreateBuilder(settings);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(settings.FhirServers);
        builder.Services
            .AddHosting()
            .AddStore()
            .AddApiKeys()
            .AddDecisions(settings.Rules)
            .AddUnpublishedOutbox()
            .AddUnbroughtTarget(settings.Configuration)
            .AddSubscriptionDesk()
            .AddQueries()
            .AddStudyApi()
            .AddDeadLetters();

        return builder.Build();
    }

    private static WebApplicationBuilder CreateBuilder(WorkerSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

        // Not the files and variables the framework would choose: those that were checked.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(settings.Configuration);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
        });
        builder.WebHost.UseUrls([.. UrlsOf(settings.Configuration)]);

        return builder;
    }

    private static IEnumerable<string> UrlsOf(IConfiguration configuration) =>
        (configuration.GetSection(HttpOptions.Section).Get<HttpOptions>() ?? new HttpOptions()).All;
}
