using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace IntegrationWorker.Subscriptions.Server;

/// <summary>A client for each server of the settings.</summary>
internal sealed class FhirClients(IHttpClientFactory factory, TimeProvider time)
{
    public FhirClient Of(FhirServer server) => new(factory.CreateClient(NameOf(server)), time);

    internal static string NameOf(FhirServer server) => $"fhir/{server.SourceId}";

    internal static string TokenNameOf(FhirServer server) => $"fhir-token/{server.SourceId}";
}

internal static class FhirClientServices
{
    // A page of a search may be large; what is larger than this is not a page.
    private const long AnswerBytesMax = 64 * 1024 * 1024;

    public static IServiceCollection AddFhirClients(this IServiceCollection services, FhirServers servers)
    {
        services.AddHttpClient();
        services.AddSingleton(servers);
        services.AddSingleton<FhirClients>();

        foreach (var server in servers.All)
        {
            services.AddKeyedSingleton(server.SourceId, (provider, _) => new FhirTokens(
                server.Auth,
                () => provider.GetRequiredService<IHttpClientFactory>().CreateClient(FhirClients.TokenNameOf(server)),
                provider.GetRequiredService<TimeProvider>()));
            Add(services, FhirClients.TokenNameOf(server), server, client => { });
            Add(services, FhirClients.NameOf(server), server, client => client
                .AddHttpMessageHandler(provider => new FhirAuthorization(provider.GetRequiredKeyedService<FhirTokens>(server.SourceId))));
        }

        return services;
    }

    // The library's own log lines show addresses, which hold ids.
    private static void Add(IServiceCollection services, string name, FhirServer server, Action<IHttpClientBuilder> authorize)
    {
        var client = services.AddHttpClient(name, http =>
        {
            http.BaseAddress = server.BaseUrl;
            http.Timeout = Timeout.InfiniteTimeSpan; // That of the resilience below.
            http.MaxResponseContentBufferSize = AnswerBytesMax;
        });
        client.RemoveAllLoggers();
        authorize(client);
        client.AddStandardResilienceHandler(resilience =>
        {
            resilience.AttemptTimeout.Timeout = server.Timeout;
            resilience.TotalRequestTimeout.Timeout = 3 * server.Timeout;
            resilience.CircuitBreaker.SamplingDuration = 2 * server.Timeout;
            resilience.Retry.MaxRetryAttempts = 2;
            resilience.Retry.Delay = TimeSpan.FromMilliseconds(200);
            resilience.Retry.BackoffType = DelayBackoffType.Exponential;
            resilience.Retry.DisableForUnsafeHttpMethods();

            // Who says when to come again is asked then, and not held in the meantime.
            var usual = resilience.Retry.ShouldHandle;
            resilience.Retry.ShouldHandle = async arguments =>
                arguments.Outcome.Result?.Headers.RetryAfter is null && await usual(arguments);
        });
    }
}
