using System.Net;
using IntegrationWorker.Access;
using IntegrationWorker.Contracts;
using IntegrationWorker.StudyApi.Client;
using IntegrationWorker.Tests.Hosting;
using Xunit;

namespace IntegrationWorker.Tests.StudyApi;

/// <summary>Workers that are set so that they refuse what others take.</summary>
public sealed class StudyLimitTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAPlatformThatKeepsTheStudies_WhenOneIsWrittenHere_ThenTheCallerIsSentThere()
    {
        using var folder = new SettingsFolder();
        await using var worker = await RunningWorker.StartAsync(
            folder, _token, """ "Target": { "Kind": "remote", "BaseUrl": "http://127.0.0.1:9", "ApiKey": "invented" }, """);
        var client = new StudyClient(worker.Http, null);

        var answer = await client.CreateAsync(new { studyInstanceUid = "1.2.3", studyDescription = "CT", severity = "stat" }, _token);

        Assert.Equal((HttpStatusCode.Conflict, Codes.StoreRefused), (answer.Status, answer.Problem.Code));
        Assert.Empty((await client.ListAsync("", _token)).Studies);
    }

    [Fact]
    public async Task GivenALimit_WhenAKeyPassesIt_ThenItIsToldWhenToComeAgainAndOtherKeysAreNot()
    {
        using var folder = new SettingsFolder();
        await using var worker = await RunningWorker.StartAsync(folder, _token, http: "\"RequestsPerSecond\": 2,");
        var desk = worker.Get<ApiKeyDesk>();
        var busy = new StudyClient(worker.Http, (await desk.CreateAsync("busy", AccessRole.Reader, null, "cli:test", false, _token))!.Key);
        var calm = new StudyClient(worker.Http, (await desk.CreateAsync("calm", AccessRole.Reader, null, "cli:test", false, _token))!.Key);

        // As many at once that some come too soon, however slow the machine is.
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => busy.GetByUidAsync("1.2", _token)));

        var refused = answers.First(answer => answer.Status == HttpStatusCode.TooManyRequests);
        Assert.Equal((Codes.StoreTooManyRequests, "1"), (refused.Problem.Code, refused.Headers["Retry-After"]));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.NotFound, (await calm.GetByUidAsync("1.2", _token)).Status);
        Assert.True((await worker.Http.GetAsync(new Uri("/health/live", UriKind.Relative), _token)).IsSuccessStatusCode);
    }
}
