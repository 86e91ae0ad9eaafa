using System.Globalization;
using System.Threading.RateLimiting;
using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Problems;
using Microsoft.AspNetCore.RateLimiting;

namespace IntegrationWorker.Access;

/// <summary>How often a key may call: 429 with <c>Retry-After</c> beyond that. Counted by each worker for itself.</summary>
internal static class RequestLimits
{
    public static IServiceCollection AddRequestLimits(this IServiceCollection services, IConfiguration configuration)
    {
        if (LimitOf(configuration) is not (> 0 and var limit))
        {
            return services;
        }

        return services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                context.Features.Get<Caller>() is { } caller
                    ? RateLimitPartition.GetTokenBucketLimiter(caller.SourceId, _ => BucketOf(limit))
                    : RateLimitPartition.GetNoLimiter(""));
            options.OnRejected = RefuseAsync;
        });
    }

    public static void UseRequestLimits(this IApplicationBuilder app, IConfiguration configuration)
    {
        if (LimitOf(configuration) > 0)
        {
            app.UseRateLimiter();
        }
    }

    private static int LimitOf(IConfiguration configuration) =>
        configuration.GetSection(HttpOptions.Section).Get<HttpOptions>()?.RequestsPerSecond ?? 0;

    private static TokenBucketRateLimiterOptions BucketOf(int limit) => new()
    {
        TokenLimit = limit,
        TokensPerPeriod = limit,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    };

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : TimeSpan.FromSeconds(1);
        rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await Problem.Of(StatusCodes.Status429TooManyRequests, Codes.StoreTooManyRequests, "Too many requests with this key.")
            .ExecuteAsync(rejected.HttpContext);
    }
}
