using System.Net;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Emulator;
using IntegrationWorker.Tests.Hosting;
using IntegrationWorker.Tests.Intake;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace IntegrationWorker.Tests.Target;

/// <summary>The whole worker beside an emulated platform.</summary>
public sealed class TargetWorkerTests : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly SettingsFolder _folder = new();
    private readonly WebApplication _platform = EmulatorHost.Build("http://127.0.0.1:0", FaultScript.None);
    private RunningWorker _worker = null!;

    private EmulatorState Platform => _platform.Services.GetRequiredService<EmulatorState>();

    public async ValueTask InitializeAsync()
    {
        await _platform.StartAsync(_token);
        _worker = await RunningWorker.StartAsync(_folder, _token, $$"""
            "Target": { "Kind": "remote", "BaseUrl": "{{_platform.Urls.Single()}}", "ApiKey": "invented", "TimeoutSeconds": 1, "CircuitBreakSeconds": 1 },
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _platform.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task GivenAPlatformThatIsDown_WhenMessagesComeIn_ThenTheyAreTakenHealthSaysSoAndAllIsBroughtWhenItWorksAgain()
    {
        Platform.Script = new FaultScript([new Fault { Kind = "503" }]);

        var taken = await PostAsync(1);
        await PostAsync(2);
        await _worker.UntilAsync(async () => (await HealthAsync()).Contains("API-90", StringComparison.Ordinal), "health says so", _token);
        var whileDown = await EventsAsync();
        Platform.Script = FaultScript.None;
        await _worker.UntilAsync(async () => await EventsAsync() == 2, "both events are there", _token);
        await _worker.UntilAsync(async () => !(await HealthAsync()).Contains("target", StringComparison.Ordinal), "health is well again", _token);

        Assert.Equal(HttpStatusCode.Accepted, taken);
        Assert.Equal(0, whileDown);
        Assert.NotNull(Platform.Studies.FindByUid(Messages.Uid(1)));
        var letters = await _worker.GetAsync("/v1/dead-letters", _token);
        Assert.Empty(letters.GetProperty("deadLetters").EnumerateArray());
    }

    [Fact]
    public async Task GivenStudiesThatAlwaysFail_WhenOthersComeIn_ThenTheyAreBroughtAndHealthIsWell()
    {
        int[] failing = [.. Enumerable.Range(1, 3)];
        Platform.Script = new FaultScript(failing.Select(study => new Fault { Kind = "500", Operation = "create", Study = Messages.Uid(study) }));

        foreach (var study in failing)
        {
            await PostAsync(study);
        }

        for (var study = 101; study <= 120; study++)
        {
            await PostAsync(study);
            await _worker.UntilAsync(() => Task.FromResult(Platform.Studies.FindByUid(Messages.Uid(study)) is not null), $"study {study} is there", _token);
        }

        await _worker.UntilAsync(async () => !(await HealthAsync()).Contains("target", StringComparison.Ordinal), "health is well", _token);
        await _worker.UntilAsync(async () => await EventsAsync() == 20, "their events are there, and no others", _token);
    }

    [Fact]
    public async Task GivenAMessage_WhenPreviewed_ThenTheCallsAndTheEventAreShownAndNothingIsSentOrWritten()
    {
        using var content = new StringContent(Order(1), Encoding.UTF8);
        using var response = await _worker.Http.PostAsync(new Uri("/v1/preview", UriKind.Relative), content, _token);

        var preview = JsonElement.Parse(await response.Content.ReadAsStringAsync(_token));
        var call = Assert.Single(Assert.Single(preview.GetProperty("target").EnumerateArray()).GetProperty("calls").EnumerateArray());
        Assert.Equal(("POST", "/v1/viewer/studies"), (call.GetProperty("method").GetString(), call.GetProperty("path").GetString()));
        Assert.Equal(Messages.Uid(1), call.GetProperty("body").GetProperty("studyInstanceUid").GetString());
        Assert.Equal("study.updated.v1", Assert.Single(preview.GetProperty("events").EnumerateArray()).GetProperty("type").GetString());
        Assert.All(Platform.Calls, made => Assert.StartsWith("get", made.Operation, StringComparison.Ordinal));
        Assert.Equal(0, await EventsAsync());
        Assert.Empty((await _worker.GetAsync("/v1/viewer/studies", _token)).GetProperty("studies").EnumerateArray());
    }

    private async Task<HttpStatusCode> PostAsync(int study)
    {
        using var content = new StringContent(Order(study), Encoding.UTF8);
        using var response = await _worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content, _token);

        return response.StatusCode;
    }

    private async Task<string> HealthAsync()
    {
        using var response = await _worker.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), _token);
        return await response.Content.ReadAsStringAsync(_token);
    }

    private async Task<int> EventsAsync() => (await _worker.GetAsync("/v1/events?after=0", _token)).GetProperty("events").GetArrayLength();

    // The RIS of the examples.
    private static string Order(int study) => string.Join(
        '\r',
        $@"MSH|^~\&|NRIS|NORTH|STUDYWORKER|READING|20260302080000-0600||ORM^O01|T-{study}|P|2.3.1||||||UNICODE UTF-8",
        "PID|1||INVP1^^^NORTH^MR||EXAMPLE^INVENTED||19700101|F",
        $"ORC|NW|O{study}^EHR|F{study}^NRIS||SC||||20260302080000-0600",
        $"OBR|1|O{study}^EHR|F{study}^NRIS|INVCT^CT Invented^NRIS|R|||||||||||||TA{study}",
        $"ZDS|{Messages.Uid(study)}^NRIS^Application^DICOM",
        "");
}
