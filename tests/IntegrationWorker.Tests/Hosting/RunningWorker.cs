using System.Net;
using System.Text.Json;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

/// <summary>The whole worker in this process, on a port of its own: SQLite, no broker, the configuration of the examples.</summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private RunningWorker(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = _patience };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="folder">Where its store is: the next one that is started there goes on with it.</param>
    /// <param name="further">Members of a settings file, each with a comma behind it.</param>
    /// <param name="http">Members of its section Http, likewise.</param>
    public static async Task<RunningWorker> StartAsync(SettingsFolder folder, CancellationToken cancellationToken, string further = "", string http = "")
    {
        var settings = WorkerSettings.Load([
            Repository.PathOf("tests", "Samples", "examples", "_fixtures", "config.json"),
            folder.Write($$"""
                {
                  {{further}}
                  "Http": { {{http}} "Urls": "http://127.0.0.1:0" }, "Logging": { "LogLevel": { "Default": "None", "Microsoft.Hosting.Lifetime": "None" } },
                  "Store": { "Path": "{{folder.PathOf("worker.db")}}" }, "Protection": { "KeyFile": "{{folder.PathOf("keys.json")}}" }
                }
                """),
        ]);
        var app = WorkerHost.Build(settings);
        await app.StartAsync(cancellationToken);
        var worker = new RunningWorker(app);
        await worker.UntilAsync(
            async () => (await worker.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken)).StatusCode == HttpStatusCode.OK,
            "the worker is ready",
            cancellationToken);

        return worker;
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");

        return JsonElement.Parse(text);
    }

    /// <summary>Looks again and again until it is so, and gives up with a reason.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);

        while (!await condition())
        {
            await Task.Delay(20, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.False(patience.IsCancellationRequested, $"Not within {_patience.TotalSeconds} s: {what}.");
        }
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
