using IntegrationWorker.Access;

namespace IntegrationWorker.Hosting.Metrics;

internal static class MetricsEndpoints
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", (HttpContext context, MetricsExporter exporter) => exporter.WriteAsync(context))
            .RequireRole(AccessRole.Reader)
            .WithTags("Health")
            .WithName("Metrics")
            .WithSummary("What the worker measures of itself, for Prometheus")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");
}
