using System.Net.Http.Headers;
using System.Threading.RateLimiting;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Hosting.Metrics;
using IntegrationWorker.Store;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace IntegrationWorker.Target;

internal static class TargetServices
{
    private const int ReadsAgainMax = 2;
    private const int CallsWaitingMax = 1000;

    /// <summary>Brings changes to the platform, where one keeps the studies.</summary>
    public static IServiceCollection AddTarget(this IServiceCollection services, IConfiguration configuration)
    {
        if (!TargetOptions.Of(configuration).IsRemote)
        {
            return services.AddTargetOptions();
        }

        services.AddTargetClient(configuration);
        services.AddSingleton<TargetState>();
        services.AddSingleton<ISurrounding>(provider => provider.GetRequiredService<TargetState>());
        services.AddSingleton<PlanConclusion>();
        services.AddSingleton(provider => new TargetPatience(
            provider.GetRequiredService<ITargetStore>(),
            TimeSpan.FromMinutes(provider.GetRequiredService<IOptions<TargetOptions>>().Value.GiveUpMinutes),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TargetWriter>();
        services.AddSingleton<ITargetSignal>(provider => provider.GetRequiredService<TargetWriter>());
        services.AddHostedService(provider => provider.GetRequiredService<TargetWriter>());

        return services;
    }

    /// <summary>Decisions become plans, which a running worker brings: for the verbs.</summary>
    public static IServiceCollection AddUnbroughtTarget(this IServiceCollection services, IConfiguration configuration) =>
        TargetOptions.Of(configuration).IsRemote
            ? services.AddTargetClient(configuration).AddSingleton<ITargetSignal, NoTargetWriter>()
            : services.AddTargetOptions();

    private static IServiceCollection AddTargetOptions(this IServiceCollection services)
    {
        services.AddOptions<TargetOptions>().BindConfiguration(TargetOptions.Section);
        return services;
    }

    private static IServiceCollection AddTargetClient(this IServiceCollection services, IConfiguration configuration)
    {
        var options = TargetOptions.Of(configuration);
        services.AddTargetOptions();
        services.AddMeter();
        services.AddSingleton<TargetMetrics>();
        services.AddSingleton<CircuitBreakerStateProvider>();
        services.AddSingleton<ITargetClient, TargetClient>();
        services.AddSingleton<StudyImporter>();
        services.AddSingleton<ViewerTakeover>();
        services.AddSingleton<DriftFinder>();
        services.AddSingleton<PlanPreviewer>();
        services.AddHttpClient(TargetClient.Name, client =>
            {
                client.BaseAddress = options.Address;
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
                client.DefaultRequestHeaders.UserAgent.ParseAdd("integration-worker");
                client.Timeout = Timeout.InfiniteTimeSpan; // The pipeline has its own.
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false, // Elsewhere the key has no business.
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            })
            .RemoveAllLoggers() // Paths hold UIDs.
            .AddResilienceHandler(TargetClient.Name, (pipeline, context) =>
                Configure(pipeline, options, context.ServiceProvider.GetRequiredService<CircuitBreakerStateProvider>()));

        return services;
    }

    private static void Configure(
        ResiliencePipelineBuilder<HttpResponseMessage> pipeline, TargetOptions options, CircuitBreakerStateProvider breaker)
    {
        // Reading again is harmless. A writing call is never sent again by itself: what became of it is read back.
        var reads = new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = ReadsAgainMax,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = arguments => ValueTask.FromResult(HttpClientResiliencePredicates.IsTransient(arguments.Outcome) && !IsLimit(arguments.Outcome)),
        };
        reads.DisableForUnsafeHttpMethods();

        pipeline
            .AddRetry(reads)
            .AddRateLimiter(new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.CallsPerSecondMax,
                TokensPerPeriod = Math.Max(1, options.CallsPerSecondMax / 10),
                ReplenishmentPeriod = options.CallsPerSecondMax >= 10 ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1.0 / options.CallsPerSecondMax),
                QueueLimit = CallsWaitingMax,
            }))
            .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
            {
                FailureRatio = 0.8,
                MinimumThroughput = 5,
                SamplingDuration = TimeSpan.FromSeconds(Math.Max(10, options.CircuitBreakSeconds)),
                BreakDuration = TimeSpan.FromSeconds(options.CircuitBreakSeconds),
                StateProvider = breaker,
                ShouldHandle = arguments => ValueTask.FromResult(HttpClientResiliencePredicates.IsTransient(arguments.Outcome) && !IsLimit(arguments.Outcome)),
            })
            .AddTimeout(TimeSpan.FromSeconds(options.TimeoutSeconds));
    }

    // The platform works and says when to come again.
    private static bool IsLimit(Outcome<HttpResponseMessage> outcome) => outcome.Result?.StatusCode == System.Net.HttpStatusCode.TooManyRequests;
}

/// <summary>Nobody brings plans in this process.</summary>
internal sealed class NoTargetWriter : ITargetSignal
{
    public void Wake()
    {
    }
}
