using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Emulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace IntegrationWorker.Tests.Emulator;

/// <summary>The emulated study API over HTTP: its rules, and every fault it can play.</summary>
public sealed class EmulatorTests : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly WebApplication _app = EmulatorHost.Build("http://127.0.0.1:0", FaultScript.None, key: "invented-key");
    private readonly HttpClient _http = new();

    private EmulatorState State => _app.Services.GetRequiredService<EmulatorState>();

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(_token);
        _http.BaseAddress = new Uri(_app.Urls.Single());
        _http.DefaultRequestHeaders.Authorization = new("Bearer", "invented-key");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task GivenTheSevenOperations_WhenCalledInTurn_ThenTheStudyIsAsTheySay()
    {
        var created = await CreateAsync();
        var id = created.GetProperty("studyId").GetString()!;

        var patched = await SendAsync(HttpMethod.Patch, id, """{ "severity": "stat", "assignedTo": null, "metadata": { "a": null, "b": "2" } }""");
        var cancelled = await SendAsync(HttpMethod.Post, "cancel", $$"""{ "studyId": "{{id}}" }""");
        var active = await SendAsync(HttpMethod.Post, "uncancel", """{ "studyInstanceUid": "2.25.4711" }""");
        var again = await SendAsync(HttpMethod.Post, "uncancel", """{ "studyInstanceUid": "2.25.4711" }""");
        var twice = await SendAsync(HttpMethod.Post, "", Creation);
        var stale = await SendAsync(HttpMethod.Patch, id, """{ "severity": "high" }""", ifMatch: "\"1\"");
        var listed = await _http.GetFromJsonAsync<JsonElement>("/v1/viewer/studies?severity=stat", _token);
        var byUid = await _http.GetFromJsonAsync<JsonElement>("/v1/viewer/studies/by-uid/2.25.4711", _token);

        Assert.Equal(("stat", """{"b":"2"}"""), (Text(patched, "severity"), (await JsonAsync(patched)).GetProperty("metadata").GetRawText()));
        Assert.True((await JsonAsync(cancelled)).GetProperty("isCancelled").GetBoolean());
        Assert.Equal((200, 409, 409, 412), ((int)active.StatusCode, (int)again.StatusCode, (int)twice.StatusCode, (int)stale.StatusCode));
        Assert.Equal(id, listed.GetProperty("studies")[0].GetProperty("studyId").GetString());
        Assert.Equal(id, byUid.GetProperty("studyId").GetString());
        Assert.Equal(
            ["create", "patch", "cancel", "uncancel", "uncancel", "create", "patch", "list", "get-by-uid"], State.Calls.Select(call => call.Operation));
        Assert.Equal(["severity", "assignedTo", "metadata.a", "metadata.b"], State.Calls[1].Changed);
    }

    [Fact]
    public async Task GivenBodiesWithMistakes_WhenSent_ThenAllOfThemAreNamedAndNothingIsChanged()
    {
        var id = (await CreateAsync()).GetProperty("studyId").GetString()!;

        var refused = await SendAsync(HttpMethod.Patch, id, """{ "severity": "urgent", "isCancelled": true }""");
        var unreadable = await SendAsync(HttpMethod.Patch, id, "{");
        var gone = await SendAsync(HttpMethod.Patch, "stu_00000000000000000000000000000000", "{}");
        using var stranger = new HttpClient { BaseAddress = _http.BaseAddress };
        using var keyless = await stranger.GetAsync(new Uri($"/v1/viewer/studies/{id}", UriKind.Relative), _token);

        Assert.Equal(2, (await JsonAsync(refused)).GetProperty("errors").GetArrayLength());
        Assert.Equal((422, 400, 404, 401), ((int)refused.StatusCode, (int)unreadable.StatusCode, (int)gone.StatusCode, (int)keyless.StatusCode));
        Assert.Equal("normal", State.Studies.Find(id)!.Severity);
    }

    [Theory]
    [InlineData("409", false, 409)]
    [InlineData("500", false, 500)]
    [InlineData("timeout-before", false, null)]
    [InlineData("timeout-after", true, null)]
    [InlineData("cut-before", false, null)]
    [InlineData("cut-after", true, null)]
    [InlineData("latency", true, 200)]
    public async Task GivenAFault_WhenACallMeetsIt_ThenItIsAppliedOrNotAndAnsweredOrNot(string kind, bool isApplied, int? status)
    {
        var id = (await CreateAsync()).GetProperty("studyId").GetString()!;
        await ScriptAsync($$"""{ "faults": [ { "kind": "{{kind}}", "operation": "patch", "ms": 20 } ] }""");

        int? answered;
        try
        {
            answered = (int)(await SendAsync(HttpMethod.Patch, id, """{ "severity": "high" }""")).StatusCode;
        }
        catch (HttpRequestException)
        {
            answered = null;
        }

        Assert.Equal(status, answered);
        Assert.Equal(isApplied ? "high" : "normal", State.Studies.Find(id)!.Severity);
    }

    [Fact]
    public async Task GivenTooManyRequests_WhenACallMeetsIt_ThenItIsToldWhenToComeAgain()
    {
        var id = (await CreateAsync()).GetProperty("studyId").GetString()!;
        await ScriptAsync("""{ "faults": [ { "kind": "429", "retryAfterSeconds": 3, "times": 1 } ] }""");

        var refused = await SendAsync(HttpMethod.Patch, id, "{}");
        var taken = await SendAsync(HttpMethod.Patch, id, "{}");

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(3)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task GivenAPlatformWithItsOwnIdeas_WhenPatched_ThenTheMapIsReplacedAndTheAssignmentForgotten()
    {
        var id = (await CreateAsync()).GetProperty("studyId").GetString()!;
        await ScriptAsync("""{ "faults": [ { "kind": "metadata-replace", "nth": 1 }, { "kind": "assigned-to-dropped", "nth": 2 } ] }""");

        await SendAsync(HttpMethod.Patch, id, """{ "metadata": { "b": "2" } }""");
        await SendAsync(HttpMethod.Patch, id, """{ "assignedTo": null, "severity": "high" }""");

        var study = State.Studies.Find(id)!;
        Assert.Equal(["b"], study.Metadata.Keys);
        Assert.Equal(("usr_06c4b9e8dd523c9634230f729678a4a4", "high"), (study.AssignedTo, study.Severity));
    }

    private const string Creation = """
        { "studyInstanceUid": "2.25.4711", "studyDescription": "CT Invented", "severity": "normal",
          "assignedTo": "usr_06c4b9e8dd523c9634230f729678a4a4", "metadata": { "a": "1" } }
        """;

    private async Task<JsonElement> CreateAsync() => await JsonAsync(await SendAsync(HttpMethod.Post, "", Creation));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string body, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(method, new Uri(path.Length == 0 ? "/v1/viewer/studies" : $"/v1/viewer/studies/{path}", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };

        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        return await _http.SendAsync(request, _token);
    }

    private async Task ScriptAsync(string script)
    {
        using var content = new StringContent(script);
        using var answer = await _http.PutAsync(new Uri("/emulator/faults", UriKind.Relative), content, _token);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static string? Text(HttpResponseMessage response, string member) => JsonAsync(response).Result.GetProperty(member).GetString();

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync());
}
