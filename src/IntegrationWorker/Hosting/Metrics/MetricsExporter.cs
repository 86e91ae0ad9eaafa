using OpenTelemetry.Metrics;

namespace IntegrationWorker.Hosting.Metrics;

/// <summary>Writes what is measured in the format that the one who scrapes understands.</summary>
/// <remarks>
/// The exporter comes as a part of a pipeline only. It is put together for the first one who scrapes: mapped with the other routes, it
/// would make the store and everything else before the worker starts.
/// </remarks>
internal sealed class MetricsExporter(IServiceProvider services, StoreWatch store)
{
    private readonly Lazy<RequestDelegate> _exporter = new(() => Build(services));

    public async Task WriteAsync(HttpContext context)
    {
        // The exporter asks for values without waiting, so what is to be read from the store is read before.
        await store.RefreshAsync(context.RequestAborted);
        await _exporter.Value(context);
    }

    private static RequestDelegate Build(IServiceProvider services)
    {
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseOpenTelemetryPrometheusScrapingEndpoint(services.GetRequiredService<MeterProvider>(), _ => true, null, null, null);

        return pipeline.Build();
    }
}
