using System.Text.Json;
using IntegrationWorker.Tests.Hosting;
using IntegrationWorker.Tests.Subscriptions.Server;
using Xunit;

namespace IntegrationWorker.Tests.Subscriptions;

/// <summary>A worker and the FHIR server it is connected to.</summary>
internal sealed class FhirSite : IAsyncDisposable
{
    public const string Secret = "an-invented-secret-of-a-test";

    private readonly SettingsFolder _folder = new();
    private readonly CancellationToken _token;
    private RunningWorker? _worker;
    private string _settings = "";

    private FhirSite(FhirTestServer server, CancellationToken token) => (Server, _token) = (server, token);

    public FhirTestServer Server { get; }

    public RunningWorker Worker => _worker!;

    public Uri Hook => new(Worker.Http.BaseAddress!, "/fhir/pacs");

    public SettingsFolder Folder => _folder;

    /// <summary>The settings of the worker, as a file of its own.</summary>
    public string ConfigFile => _folder.Write($"{{ {_settings.TrimEnd().TrimEnd(',')} }}");

    /// <param name="server">Members of the entry in FhirServers, each with a comma behind it.</param>
    public static async Task<FhirSite> StartAsync(CancellationToken token, string server = "")
    {
        var site = new FhirSite(await FhirTestServer.StartAsync(token), token);
        await site.StartWorkerAsync(server);

        return site;
    }

    /// <summary>A server alone, for a test that starts the worker when it knows more.</summary>
    public static async Task<FhirSite> PrepareAsync(CancellationToken token) => new(await FhirTestServer.StartAsync(token), token);

    public async Task StartWorkerAsync(string server = "")
    {
        _settings = $$"""
            "Sources": [ { "sourceId": "pacs", "kind": "fhir", "authority": "pacs", "orgId": "org_06ce14249ab26a8269dc47fa55a399c4", "allowCreate": true, "fhir": { "create": true } } ],
            "FhirServers": [ { {{server}} "Source": "pacs", "BaseUrl": "{{Server.BaseUrl}}" } ],
            """;
        _worker = await RunningWorker.StartAsync(_folder, _token, _settings);
    }

    public async Task StopWorkerAsync()
    {
        await Worker.DisposeAsync();
        _worker = null;
    }

    /// <summary>A subscription that the worker knows.</summary>
    public async Task<TestSubscription> SubscribeAsync(string payload = "id-only", string id = "sub-1", string? secret = null)
    {
        var subscription = Server.Subscribe(id, Hook, secret, payload);
        Assert.Equal(System.Net.HttpStatusCode.OK, await Server.ShakeHandsAsync(subscription, _token));

        return subscription;
    }

    public async Task<JsonElement?> StudyAsync(string id)
    {
        using var response = await Worker.Http.GetAsync(new Uri($"/v1/viewer/studies/by-uid/{FhirTestServer.UidOf(id)}", UriKind.Relative), _token);
        return response.IsSuccessStatusCode ? JsonElement.Parse(await response.Content.ReadAsStringAsync(_token)) : null;
    }

    public Task UntilStudyAsync(string id) => UntilAsync(async () => await StudyAsync(id) is not null, $"there is a study of {id}");

    public Task UntilAsync(Func<Task<bool>> condition, string what) => Worker.UntilAsync(condition, what, _token);

    /// <summary>Until nothing waits to be read.</summary>
    public Task UntilIdleAsync() => UntilAsync(
        async () => (await Worker.GetAsync("/v1/subscriptions", _token)).GetProperty("servers")[0].GetProperty("waiting").GetInt32() == 0, "nothing waits");

    public async Task<JsonElement> SubscriptionAsync(string id = "sub-1") =>
        (await Worker.GetAsync("/v1/subscriptions", _token)).GetProperty("subscriptions").EnumerateArray().Single(each => each.GetProperty("id").GetString() == id);

    public async Task<IReadOnlyList<JsonElement>> GapsAsync(string id = "sub-1") =>
        [.. (await Worker.GetAsync($"/v1/subscriptions/{id}/gaps", _token)).GetProperty("gaps").EnumerateArray()];

    public async Task<IReadOnlyList<string?>> DeadLettersAsync() =>
        [.. (await Worker.GetAsync("/v1/dead-letters", _token)).GetProperty("deadLetters").EnumerateArray().Select(letter => letter.GetProperty("code").GetString())];

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.DisposeAsync();
        }

        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
